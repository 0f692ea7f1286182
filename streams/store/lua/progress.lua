-- Applied and published offsets of a partition of `decisions`, and its refused holds. ARGV: partition.

local refused = refusal('')
if refused then return refused end

local offsets = call('HMGET', KEY.progress .. ARGV[1], 'applied', 'published')
return {offsets[1], offsets[2], call('HGETALL', KEY.refused .. ARGV[1])}
