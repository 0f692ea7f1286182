-- Advances the published offset and releases people whose offers ended up to it. A lower offset has no effect.
-- ARGV: partition, offset.

local refused = refusal('')
if refused then return refused end

local key, ending = KEY.progress .. ARGV[1], KEY.ending .. ARGV[1]
local published = tonumber(call('HGET', key, 'published') or -1)
if tonumber(ARGV[2]) > published then call('HSET', key, 'published', ARGV[2]) end

local now = now_ms()
local freed = {}
for _, member in ipairs(call('ZRANGEBYSCORE', ending, '-inf', ARGV[2])) do
  local volunteer, offer = string.match(member, '^(.*)|([^|]+)$')
  local person = free_hold({volunteer = volunteer, offer = offer}, now)
  -- An offer's id contains the id of its incident (DESIGN 6).
  if person then freed[#freed + 1] = {person, 'i' .. (string.match(offer, '^o(%-%x+%-%x+)%-') or '')} end
  call('ZREM', ending, member)
end
for _, entry in ipairs(freed) do wake(entry[1], now, entry[2]) end
return 1
