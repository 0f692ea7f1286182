-- A profile consists of two records: the encrypted one in `private`, and the one in `volunteers` that refers to it by offset
-- (`po`). People whose private record is newer than their profile are listed in KEY.halves; streams/worker/profile_services.py
-- completes them after JOIN_AFTER_MS, in case the second record was never written or was overtaken.

local function judge_halves(id, now)
  local sealed = tonumber(string.match(call('GETRANGE', KEY.private .. 'volunteer:' .. id, 0, 20), '^(%d+)|') or -1)
  local named = tonumber(call('HGET', KEY.volunteer .. id, 'po') or nil) or -1
  if sealed > named then
    call('ZADD', KEY.halves, now + JOIN_AFTER_MS, id)
  else
    call('ZREM', KEY.halves, id)
  end
end
