-- Returns pending claims older than ARGV[1] ms, at most ARGV[2], as `volunteer|offer`. Removes entries whose claim was confirmed,
-- released or never granted.

local refused = refusal('')
if refused then return refused end

local left = {}
local old = call('ZRANGEBYSCORE', KEY.pending_claims, '-inf', now_ms() - tonumber(ARGV[1]), 'LIMIT', 0, ARGV[2])
for _, member in ipairs(old) do
  local volunteer, offer = string.match(member, '^(.*)|([^|]+)$')
  local held = call('HMGET', KEY.volunteer .. volunteer, 'co', 'cs')
  -- The entry stays until release.lua removes it: if the caller dies, the next sweep finds it.
  if held[1] == offer and held[2] == 'p' then
    left[#left + 1] = member
  else
    call('ZREM', KEY.pending_claims, member)
  end
end
return left
