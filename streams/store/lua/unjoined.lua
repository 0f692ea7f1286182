-- People whose profile has needed a repair for JOIN_AFTER_MS (halves.lua). ARGV: limit, then pairs of person and offset of the
-- private record that have been handled. Returns for each: id, `v`, `du`, `hd`, `offset|ciphertext`, `un`.

local refused = refusal('')
if refused then return refused end

for i = 2, #ARGV, 2 do
  local stored = string.match(call('GETRANGE', KEY.private .. 'volunteer:' .. ARGV[i], 0, 20), '^(%d+)|')
  if stored == ARGV[i + 1] or not stored then call('ZREM', KEY.halves, ARGV[i]) end
end

local found = {}
for _, id in ipairs(call('ZRANGEBYSCORE', KEY.halves, '-inf', now_ms(), 'LIMIT', 0, ARGV[1])) do
  local person = call('HMGET', KEY.volunteer .. id, 'v', 'du', 'hd', 'un')
  local sealed = call('GET', KEY.private .. 'volunteer:' .. id)
  found[#found + 1] = {id, person[1] or '', person[2] or '', person[3] or '', sealed or '', person[4] or ''}
end
return found
