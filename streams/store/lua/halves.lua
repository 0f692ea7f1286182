-- A profile consists of two records: the encrypted one in `private`, and the one in `volunteers` that refers to it by offset
-- (`po`). KEY.halves lists the people whose newest profile needs a repair, which streams/worker/profile_service.py publishes
-- after JOIN_AFTER_MS:
--   - the private record is newer, because the second record of a PUT was never written or was overtaken;
--   - the profile contains a copy of the duty (`dw`) that differs from the duty stated in the log (`du`, `un`). `volunteers` is
--     compacted, so the record that stated the duty will be removed, and a later rebuild would find the wrong copy only.

local function judge_halves(id, now)
  local sealed = tonumber(string.match(call('GETRANGE', KEY.private .. 'volunteer:' .. id, 0, 20), '^(%d+)|') or -1)
  local values = call('HMGET', KEY.volunteer .. id, 'po', 'du', 'dw', 'un')
  local named = tonumber(values[1] or nil) or -1
  -- A repair needs the private record of the same profile: without it, wait until private.lua calls again.
  local outdated = values[3] and values[3] ~= (values[2] or '') .. (values[4] or '') and sealed == named and sealed >= 0
  if sealed > named or outdated then
    call('ZADD', KEY.halves, now + JOIN_AFTER_MS, id)
  else
    call('ZREM', KEY.halves, id)
  end
end
