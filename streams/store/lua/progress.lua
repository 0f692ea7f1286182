-- How far a partition of decisions has come, and the holds refused there. ARGV: partition.

local refused = refusal('')
if refused then return refused end

local offsets = call('HMGET', KEY.progress .. ARGV[1], 'applied', 'published')
return {offsets[1], offsets[2], call('HGETALL', KEY.refused .. ARGV[1])}
