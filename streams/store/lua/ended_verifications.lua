-- Verifications that have ended. ARGV: how many at most, then members of KEY.verified_until that have been looked at and are
-- removed, unless they were renewed meanwhile. Returns members with their ends.

local refused = refusal('')
if refused then return refused end

local now = now_ms()
for i = 2, #ARGV do
  if tonumber(call('ZSCORE', KEY.verified_until, ARGV[i]) or now + 1) <= now then call('ZREM', KEY.verified_until, ARGV[i]) end
end
return call('ZRANGEBYSCORE', KEY.verified_until, '-inf', now, 'WITHSCORES', 'LIMIT', 0, ARGV[1])
