-- People on duty within circles, engaged or not. ARGV[1]: for each area a list of {lon, lat, radius m}, packed; ARGV[2]: skills,
-- comma separated; ARGV[3]: how many people per skill, circle and index are examined. Returns for each area, packed: whether that
-- covered everybody, then id, lon, lat of each person once, at their fix, or at home when the fix is stale.

local refused = refusal('')
if refused then return refused end

local most = tonumber(ARGV[3])

-- ANY lets Redis stop at COUNT; without it, GEOSEARCH examines everything within the radius.
local function look(circle, index, seen, answer)
  local near = call('GEOSEARCH', index, 'FROMLONLAT', circle[1], geo_lat(circle[2]), 'BYRADIUS', circle[3], 'm', 'COUNT', most,
    'ANY', 'WITHCOORD')
  if #near >= most then answer[1] = false end
  for _, entry in ipairs(near) do
    if not seen[entry[1]] then
      seen[entry[1]] = true
      local n = #answer
      answer[n + 1], answer[n + 2], answer[n + 3] = entry[1], tonumber(entry[2][1]), tonumber(entry[2][2])
    end
  end
end

local answers = {}
for i, circles in ipairs(cmsgpack.unpack(ARGV[1])) do
  local seen, answer = {}, {true}
  for skill in words(ARGV[2]) do
    for _, index in ipairs({KEY.field_index .. skill, KEY.engaged_index .. skill}) do
      if call('EXISTS', index) == 1 then
        for _, circle in ipairs(circles) do look(circle, index, seen, answer) end
      end
    end
  end
  answers[i] = cmsgpack.pack(answer)
end
return answers
