-- Open incidents near spots. ARGV[1]: {lon, lat, within m, time or false} ..., packed; then at most how many are returned, how
-- many are examined, the largest difference in time (ms), and the reach of the widest areas. Returns for each spot two lists of
-- entries written by streams/store/nearby.py: the nearest points, and the nearest areas that are close enough.

local refused = refusal('')
if refused then return refused end

local most, look_at_most, apart, widest = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])

local function is_of_its_time(member, moment)
  return not moment or math.abs(tonumber(string.match(member, '"logged_ms":(%d+)')) - moment) <= apart
end

-- GEOSEARCH looks at everything within the radius, whatever COUNT says: where thousands wait in one place, each report would pay
-- for all of them. So small rings come first. Within the smallest one all are equally near, and ANY ends the search at COUNT.
local CROWD, HERE, AROUND = 100, 25, 250

-- Up to `most` members of a ring, the nearest first. `found(entry)` returns the matching member or nil. More entries are read only
-- when some did not match. Also returns whether that is enough, or as many as may be examined.
local function matching(search, found)
  local count = most
  while true do
    local members = {}
    local near = search(count)
    for _, entry in ipairs(near) do
      members[#members + 1] = found(entry)
      if #members == most then return members, true end
    end
    if #near < count then return members, false end
    if count >= look_at_most then return members, true end
    count = math.min(count * 5, look_at_most)
  end
end

local function nearest(key, spot, radius, found)
  local function within(ring)
    return function(count)
      local any = ring == HERE and {'ANY'} or {}
      return call('GEOSEARCH', key, 'FROMLONLAT', spot[1], geo_lat(spot[2]), 'BYRADIUS', ring, 'm', 'ASC', 'WITHDIST', 'COUNT',
        count, unpack(any))
    end
  end
  if call('ZCARD', key) > CROWD and radius > AROUND then
    for _, ring in ipairs({HERE, AROUND}) do
      local members, enough = matching(within(ring), found)
      if enough then return members end
    end
  end
  return (matching(within(radius), found))
end

local function points(spot)
  return nearest(KEY.open_incidents, spot, spot[3], function(entry)
    return is_of_its_time(entry[1], spot[4]) and entry[1] or nil
  end)
end

local function areas(spot)
  return nearest(KEY.wide_incidents, spot, spot[3] + widest, function(entry)
    local reach = tonumber(string.match(entry[1], '"reach_m":([%d.eE+-]+)'))
    return entry[2] - reach <= spot[3] and is_of_its_time(entry[1], spot[4]) and entry[1] or nil
  end)
end

local answer = {}
local has_areas = call('EXISTS', KEY.wide_incidents) == 1
for i, spot in ipairs(cmsgpack.unpack(ARGV[1])) do answer[i] = {points(spot), has_areas and areas(spot) or {}} end
return answer
