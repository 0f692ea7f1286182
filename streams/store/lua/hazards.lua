-- Hazard areas of open incidents. ARGV[1]: the version the caller knows. Returns the version and, if it differs, a flat list of
-- incident ids and the areas written by streams/store/hazards.py.

local refused = refusal('')
if refused then return refused end

local version = call('GET', KEY.hazards_version) or ''
if version == ARGV[1] then return {version} end
return {version, call('HGETALL', KEY.hazards)}
