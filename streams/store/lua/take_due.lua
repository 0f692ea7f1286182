-- Timers that are due, most overdue first, each put off so that other sweepers leave it for now. ARGV: limit, put off by.

local refused = refusal('')
if refused then return refused end

-- A set that is gone while incidents are open is lost, not empty: what each incident notes of its timers brings it back.
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
  -- Put off for longer each time: commands that wait in a long queue must not make it longer.
  local overdue = now - tonumber(string.match(member, '|(%d+)$'))
  call('ZADD', KEY.timers, 'XX', now + math.max(tonumber(ARGV[2]), overdue), member)
end
return due
