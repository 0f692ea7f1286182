-- Searches people for one need. ARGV[1]: the need, packed by streams/store/search.py; `passed`: people examined by earlier calls.
-- Returns, packed: complete, the searched radius or false, counts of excluded people by reason, candidates, number of competing
-- shortfalls, counts of people nearby who were not examined, and, if the search can be continued, the ids of excluded people.

local refused = refusal('')
if refused then return refused end

-- The count is only a reason, and a limit on it excludes nobody (DESIGN 90).
local COUNT_ENGAGED_AT_MOST = 200

local need = cmsgpack.unpack(ARGV[1])
local now = now_ms()
local asked, spoken = set_of(need.asked), set_of(need.languages)
local any_language = #need.languages == 0
local candidates, excluded, around, left_out, seen, counted, looked = {}, {}, {}, {}, {}, {}, 0
local passed = 0
if need.passed then
  passed = #need.passed
  for _, id in ipairs(need.passed) do seen[id] = true end
end
-- Skills that count only if verified; `vouched`: somebody must have verified any skill of the person.
local wanted, gated = set_of(need.skills), set_of(need.gated or {})
local equipped = need.equipped and set_of(need.equipped)

local function list_of(set)
  local list = {}
  for word in pairs(set or {}) do list[#list + 1] = word end
  return list
end

local function leave_out(id, reason)
  excluded[reason] = (excluded[reason] or 0) + 1
  left_out[#left_out + 1] = id
end

local function count_around(reason)
  around[reason] = (around[reason] or 0) + 1
end

-- Whether a person is inside the incident's own hazard area without the equipment for it. Even-odd rule over the rings of all
-- polygons, so holes count as outside.
local function is_barred(x, y, skills)
  if not need.rings then return false end
  for skill in words(skills) do
    if equipped[skill] then return false end
  end
  x, y = tonumber(x), tonumber(y)
  local inside = false
  for _, ring in ipairs(need.rings) do
    local n = #ring
    local xj, yj = ring[n - 1], ring[n]
    for k = 1, n, 2 do
      local xi, yi = ring[k], ring[k + 1]
      if (yi > y) ~= (yj > y) and x < (xj - xi) * (y - yi) / (yj - yi) + xi then inside = not inside end
      xj, yj = xi, yi
    end
  end
  return inside
end

local function shares_language(languages)
  if any_language then return true end
  for language in words(languages) do
    if spoken[primary(language)] then return true end
  end
  return false
end

-- Whether a claimed skill counts: nobody but the person says so where it is gated.
local function is_qualified(skills, valid)
  if need.vouched and not valid then return false end
  if not need.gated then return true end
  for skill in words(skills) do
    if wanted[skill] and (not gated[skill] or (valid and valid[skill])) then return true end
  end
  return false
end

-- Past of a person: decayed sums of answers and work, ms since the last work, offers of the last hour and of the last day.
local function history(id, yes, no, work, worked, heavy, upheld, overruled)
  local hour, day = offers_lately(id, now)
  return {sum_now(yes, now, ANSWER_HALF_LIFE_MS), sum_now(no, now, ANSWER_HALF_LIFE_MS), sum_now(work, now, WORK_HALF_LIFE_MS),
    worked and now - worked or false, heavy == '1', hour, day, sum_now(upheld, now, TRUST_HALF_LIFE_MS),
    sum_now(overruled, now, TRUST_HALF_LIFE_MS)}
end

-- Examines one person. `distance` nil: the place does not matter.
local function judge(id, distance)
  seen[id] = true
  looked = looked + 1
  if asked[id] then return leave_out(id, 'asked_before') end
  local duty, state, command, languages, max, at, home_x, home_y, skills, travel, load, x, y, accuracy, heard, yes, no, work, worked,
    heavy, upheld, overruled, vs, ends, dangers =
    unpack(call('HMGET', KEY.volunteer .. id,
      'du', 'cs', 'cc', 'la', 'md', 'at', 'hx', 'hy', 'sk', 'tm', 'ld', 'x', 'y', 'ac', 'hd', 'ey', 'en', 'wk', 'we', 'wh',
      'tu', 'to', 'vs', 'un', 'ds'))
  if not is_on_duty(duty, ends, now) then return leave_out(id, 'off_duty') end
  if dangers then return leave_out(id, 'in_distress') end
  if state and not (state == 'p' and command == need.command) then return leave_out(id, 'engaged') end
  local valid = verified_now(vs, now)
  if not is_qualified(skills, valid) then return leave_out(id, 'not_verified') end
  if not shares_language(languages) then return leave_out(id, 'language') end
  local from_home, age = false, at and now - at
  if distance then
    local own = reach_m(max, travel)
    if need.by_mode then own = math.min(own, need.by_mode[travel] or own) end
    if not at or not is_usable(age, accuracy, math.min(own, need.limit - need.reach)) then
      -- The fix is stale: use the home place, as sweep_fixes will do in the index.
      if not home_x then return leave_out(id, 'stale_place') end
      distance = metres(home_x, home_y, need.lon, need.lat)
      if distance > need.limit then return leave_out(id, 'stale_place') end
      x, y, accuracy, from_home, age = home_x, home_y, nil, true, false
    end
    if is_barred(x, y, skills) then return leave_out(id, 'in_hazard') end
    if distance - need.reach > own then return leave_out(id, 'too_far') end
  end
  if need.heard and not (heard and tonumber(heard) >= need.heard) then return leave_out(id, 'quiet_hours') end
  local home_m = x and home_x and not from_home and metres(x, y, home_x, home_y) or false
  -- false, not nil: a Lua list ends at the first nil.
  candidates[#candidates + 1] = {
    id, distance or false, from_home, skills, languages, travel, max, x, y, age, load_now(load, now), home_m,
    heard and now - heard or false, tonumber(accuracy) or false, (load or yes or no) and history(id, yes, no, work, worked, heavy, upheld, overruled) or false,
    list_of(valid)
  }
end

local function is_enough()
  return #candidates >= need.stop or looked >= need.most
end

-- GEOSEARCH examines everything within the radius whatever COUNT says. So rings start small, and the next radius is estimated
-- from the density of people in this one. A continued search grows by a factor of at least 2: its first people did not fit, so
-- the density is a poor estimate, and each ring lists them again.
local least_factor = passed > 0 and 2 or 1.25
local function wider(radius, people)
  local factor = math.sqrt(1.5 * need.stop / math.max(people, 0.5))
  return math.min(radius * math.max(least_factor, math.min(4, factor)), need.limit)
end

-- Examines people with one skill within the radius, nearest first. Returns whether that is enough, and then whether none is left.
-- People that earlier calls examined are near and are listed again by each ring, so they are added to the count.
local ring_count = passed + need.stop + 4
local function search_ring(skill, radius)
  while true do
    local near = call('GEOSEARCH', KEY.field_index .. skill, 'FROMLONLAT', need.lon, need.lat, 'BYRADIUS', radius, 'm',
      'ASC', 'COUNT', ring_count, 'WITHDIST')
    for i, entry in ipairs(near) do
      if not seen[entry[1]] then judge(entry[1], tonumber(entry[2])) end
      if is_enough() then return true, i == #near and #near < ring_count end
    end
    if #near < ring_count then return false end
    ring_count = ring_count * 3
  end
end

-- Within each ring, people with the preferred skill are examined first.
local function search_rings()
  local radius = math.min(need.start, need.limit)
  while true do
    for n, skill in ipairs(need.skills) do
      local enough, last = search_ring(skill, radius)
      if enough then return radius, last and n == #need.skills and radius >= need.limit end
    end
    if radius >= need.limit then return radius, true end
    radius = wider(radius, looked)
  end
end

-- ANY lets Redis stop at COUNT; without it, GEOSEARCH examines everything within the radius.
local function count_engaged_within(skill, radius)
  local busy = call('GEOSEARCH', KEY.engaged_index .. skill, 'FROMLONLAT', need.lon, need.lat, 'BYRADIUS', radius,
    'm', 'COUNT', COUNT_ENGAGED_AT_MOST, 'ANY')
  for _, id in ipairs(busy) do
    if not counted[id] then count_around(asked[id] and 'asked_before' or 'engaged') end
    counted[id] = true
  end
end

local function count_engaged(key)
  for _, id in ipairs(call('ZRANGE', key, 0, COUNT_ENGAGED_AT_MOST - 1)) do
    if not seen[id] and not counted[id] then count_around(asked[id] and 'asked_before' or 'engaged') end
    counted[id] = true
  end
end

local function scan_digital(key)
  local found = #candidates
  local from = 0
  while true do
    local ids = call('ZRANGE', key, from, from + 99)
    for i, id in ipairs(ids) do
      if not seen[id] then judge(id, nil) end
      if #candidates - found >= need.stop or looked >= need.most then return #ids < 100 and i == #ids end
    end
    if #ids < 100 then return true end
    from = from + 100
  end
end

-- Reads the least loaded people of each language's index; the least loaded overall are among them.
local function search_digital(skill)
  if any_language then return scan_digital(KEY.digital_index .. skill .. ':*') end
  local complete = true
  for _, language in ipairs(need.languages) do
    complete = scan_digital(KEY.digital_index .. skill .. ':' .. language) and complete
  end
  if #candidates < need.want then
    -- Count people who share no language, so that the decision can state this reason.
    for _, id in ipairs(call('ZRANGE', KEY.digital_index .. skill .. ':*', 0, COUNT_ENGAGED_AT_MOST - 1)) do
      if not seen[id] then judge(id, nil) end
    end
  end
  return complete
end

local complete, radius = true, nil
if need.kind == 'field' then
  radius, complete = search_rings()
  for _, skill in ipairs(need.skills) do count_engaged_within(skill, radius) end
else
  for _, skill in ipairs(need.skills) do complete = search_digital(skill) and complete end
  for _, skill in ipairs(need.skills) do count_engaged(KEY.digital_engaged .. skill) end
end

-- Counts shortfalls of other incidents that want the same people and are at least as urgent. Members sort by urgency
-- (streams/store/apply.py).
local function count_waiting()
  if not complete or call('EXISTS', KEY.shortfalls) == 0 then return 0 end
  local mine = string.format('%d|%013.0f', need.rank, (need.since or now) + need.handicap)
  local rivals, count = {}, 0
  for _, skill in ipairs(need.skills) do
    local members
    if need.kind == 'field' then
      -- Any 50: to find the nearest among 10,000 that wait in one place took 2 ms of each search.
      members = call('GEOSEARCH', KEY.waiting_field .. skill, 'FROMLONLAT', need.lon, need.lat, 'BYRADIUS', need.limit, 'm',
        'COUNT', 50, 'ANY')
    else
      members = call('ZRANGE', KEY.waiting_anywhere .. skill, 0, 49)
    end
    for _, member in ipairs(members) do
      local standing, incident, requirement = string.match(member, '^(%d|%d+)|([^|]+)|([^|]+)')
      local rival = incident .. '|' .. requirement
      if incident ~= need.incident and standing <= mine and not rivals[rival] then
        rivals[rival] = true
        count = count + 1
      end
    end
  end
  return count
end

-- Packed into one string: encoding and decoding a hundred small replies costs more than the search.
return cmsgpack.pack({complete, radius or false, excluded, candidates, count_waiting(), around, complete and {} or left_out})
