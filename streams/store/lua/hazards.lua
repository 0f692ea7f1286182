-- Dangerous ground of open incidents. ARGV[1]: the version the caller knows. Gives the version, and when it is another one,
-- incident and what streams/store/hazards.py wrote of it, in turn.

local refused = refusal('')
if refused then return refused end

local version = call('GET', KEY.hazards_version) or ''
if version == ARGV[1] then return {version} end
return {version, call('HGETALL', KEY.hazards)}
