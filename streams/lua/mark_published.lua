-- Moves the published offset forward, never back. ARGV: partition, offset.

local refused = refusal('')
if refused then return refused end

local key = KEY.progress .. ARGV[1]
local published = tonumber(call('HGET', key, 'published') or -1)
if tonumber(ARGV[2]) > published then call('HSET', key, 'published', ARGV[2]) end
return 1
