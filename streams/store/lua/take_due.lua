-- Returns due timers, most overdue first, and postpones each, so that other sweepers skip it meanwhile. ARGV: limit, postpone by
-- (ms).

local refused = refusal('')
if refused then return refused end

-- A missing set while incidents are open was lost, not emptied: restore it from the timers stored for each incident.
if call('EXISTS', KEY.timers) == 0 then
  for _, priority in ipairs(PRIORITIES) do
    for _, incident in ipairs(call('ZRANGE', KEY.by_priority .. priority, 0, -1)) do
      for _, member in ipairs(call('SMEMBERS', KEY.timers_of .. incident)) do
        call('ZADD', KEY.timers, string.match(member, '|(%d+)$'), member)
      end
    end
  end
end

local now = now_ms()
local due = call('ZRANGEBYSCORE', KEY.timers, '-inf', now, 'LIMIT', 0, ARGV[1])
for _, member in ipairs(due) do
  -- Back off: a command that already waits in a long queue must not be sent again and again.
  local overdue = now - tonumber(string.match(member, '|(%d+)$'))
  call('ZADD', KEY.timers, 'XX', now + math.max(tonumber(ARGV[2]), overdue), member)
end
return due
