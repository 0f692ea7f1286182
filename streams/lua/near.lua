-- Open incidents around spots, the nearest centres first. ARGV[1]: {lon, lat, within m, moment or false} ..., packed; then how many
-- are given and looked at at most, how far apart in time (ms), and how far areas reach that stand in the plain and in the wide
-- index. Gives for each spot what streams/store/vicinity.py wrote of them.

local refused = refusal('')
if refused then return refused end

local most, look_at_most, apart = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])

local function fits(entry, spot)
  local reach = tonumber(string.match(entry[1], '"reach_m":([%d.eE+-]+)') or 0)
  if tonumber(entry[2]) - reach > spot[3] then return false end
  local logged = tonumber(string.match(entry[1], '"logged_ms":(%d+)') or 0)
  return not spot[4] or math.abs(logged - spot[4]) <= apart
end

local function look(key, spot, further)
  local count = most
  while true do
    local found = {}
    local near = call('GEOSEARCH', key, 'FROMLONLAT', spot[1], geo_lat(spot[2]), 'BYRADIUS', spot[3] + further, 'm', 'ASC',
      'COUNT', count, 'WITHDIST')
    for _, entry in ipairs(near) do
      if fits(entry, spot) then found[#found + 1] = entry end
      if #found == most then return found end
    end
    if #near < count or count >= look_at_most then return found end
    count = math.min(count * 5, look_at_most)
  end
end

local function nearest(found)
  table.sort(found, function(a, b)
    local here, there = tonumber(a[2]), tonumber(b[2])
    return here < there or (here == there and a[1] < b[1])
  end)
  local members = {}
  for n = 1, math.min(#found, most) do members[n] = found[n][1] end
  return members
end

local answer = {}
local has_wide = call('EXISTS', KEY.wide_incidents) == 1
for i, spot in ipairs(cmsgpack.unpack(ARGV[1])) do
  local found = look(KEY.open_incidents, spot, tonumber(ARGV[5]))
  if has_wide then
    for _, entry in ipairs(look(KEY.wide_incidents, spot, tonumber(ARGV[6]))) do found[#found + 1] = entry end
  end
  answer[i] = nearest(found)
end
return answer
