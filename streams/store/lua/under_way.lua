-- Incidents with people under way to them near places, nearest first. ARGV[1]: {lon, lat, radius m} ..., packed; ARGV[2]: how
-- many at most.

local refused = refusal('')
if refused then return refused end

local answer = {}
for i, spot in ipairs(cmsgpack.unpack(ARGV[1])) do
  answer[i] = call('GEOSEARCH', KEY.under_way, 'FROMLONLAT', spot[1], geo_lat(spot[2]), 'BYRADIUS', spot[3], 'm',
    'ASC', 'COUNT', ARGV[2])
end
return answer
