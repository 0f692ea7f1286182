-- Open incidents near spots. ARGV[1]: {lon, lat, within m, time or false} ..., packed; then at most how many are returned, how
-- many are examined, the largest difference in time (ms), and the reach of the widest areas. Returns for each spot two lists of
-- entries written by streams/store/nearby.py: the nearest points, and the nearest areas that are close enough.

local refused = refusal('')
if refused then return refused end

local most, look_at_most, apart, widest = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])

local function is_of_its_time(member, moment)
  return not moment or math.abs(tonumber(string.match(member, '"logged_ms":(%d+)')) - moment) <= apart
end

-- `found(entry)` returns the matching member or nil. More entries are read only when some did not match.
local function nearest(count, search, found)
  while true do
    local members = {}
    local near = search(count)
    for _, entry in ipairs(near) do
      members[#members + 1] = found(entry)
      if #members == most then return members end
    end
    if #near < count or count >= look_at_most then return members end
    count = math.min(count * 5, look_at_most)
  end
end

local function points(spot)
  return nearest(most, function(count)
    return call('GEOSEARCH', KEY.open_incidents, 'FROMLONLAT', spot[1], geo_lat(spot[2]), 'BYRADIUS', spot[3], 'm', 'ASC',
      'COUNT', count)
  end, function(member)
    return is_of_its_time(member, spot[4]) and member or nil
  end)
end

local function areas(spot)
  return nearest(most, function(count)
    return call('GEOSEARCH', KEY.wide_incidents, 'FROMLONLAT', spot[1], geo_lat(spot[2]), 'BYRADIUS', spot[3] + widest, 'm',
      'ASC', 'COUNT', count, 'WITHDIST')
  end, function(entry)
    local reach = tonumber(string.match(entry[1], '"reach_m":([%d.eE+-]+)'))
    return entry[2] - reach <= spot[3] and is_of_its_time(entry[1], spot[4]) and entry[1] or nil
  end)
end

local answer = {}
local has_areas = call('EXISTS', KEY.wide_incidents) == 1
for i, spot in ipairs(cmsgpack.unpack(ARGV[1])) do answer[i] = {points(spot), has_areas and areas(spot) or {}} end
return answer
