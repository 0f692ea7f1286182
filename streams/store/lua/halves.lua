-- The two halves of a person's profile: the newest sealed record of `private` and the profile that names it by its offset (`po`).
-- Whoever has a sealed record newer than their profile is looked at again (`streams/worker/profile_services.py`), in case the other half was never
-- written or was overtaken.

local function judge_halves(id, now)
  local sealed = tonumber(string.match(call('GETRANGE', KEY.private .. 'volunteer:' .. id, 0, 20), '^(%d+)|') or -1)
  local named = tonumber(call('HGET', KEY.volunteer .. id, 'po') or nil) or -1
  if sealed > named then
    call('ZADD', KEY.halves, now + JOIN_AFTER_MS, id)
  else
    call('ZREM', KEY.halves, id)
  end
end
