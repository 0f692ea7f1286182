-- Open incidents around places, the nearest first. ARGV[1]: {lon, lat, radius m} ..., packed; ARGV[2]: how many at most.
-- Gives for each place what streams/store/vicinity.py wrote of them.

local refused = refusal('')
if refused then return refused end

local answer = {}
for i, spot in ipairs(cmsgpack.unpack(ARGV[1])) do
  answer[i] = call('GEOSEARCH', KEY.open_incidents, 'FROMLONLAT', spot[1], geo_lat(spot[2]), 'BYRADIUS', spot[3], 'm',
    'ASC', 'COUNT', ARGV[2])
end
return answer
