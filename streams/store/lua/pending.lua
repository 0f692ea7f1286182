-- Registers claims before they are made, so that the sweep finds those that a crash leaves behind. ARGV: `volunteer|offer` ...

local refused = refusal('')
if refused then return refused end

local now = now_ms()
for _, member in ipairs(ARGV) do call('ZADD', KEY.pending_claims, now, member) end
return #ARGV
