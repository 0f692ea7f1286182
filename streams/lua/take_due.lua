-- Timers that are due, most overdue first, each put off so that other sweepers leave it for now. ARGV: limit, put off by.

local refused = refusal('')
if refused then return refused end

local now = now_ms()
local due = call('ZRANGEBYSCORE', KEY.timers, '-inf', now, 'LIMIT', 0, ARGV[1])
for _, member in ipairs(due) do call('ZADD', KEY.timers, 'XX', now + tonumber(ARGV[2]), member) end
return due
