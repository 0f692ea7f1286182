-- One person: their hash, and the indexes they belong to.

local PERSON = {
  'v', 'cap', 'sk', 'la', 'tm', 'md', 'du', 'x', 'y', 'ac', 'at', 'hx', 'hy', 'co', 'cs', 'ld', 'im', 'ix', 'iy', 'is', 'dg',
  'vs', 'un', 'ds'
}
local CLAIM = {'co', 'ci', 'ce', 'cs', 'cc', 'ca'}
local FIX = {'x', 'y', 'ac', 'at', 'ax', 'ay', 'aa', 'ab', 'px', 'py', 'pa', 'pt', 'ht', 'qt'}

local function load_person(id)
  local values = call('HMGET', KEY.volunteer .. id, unpack(PERSON))
  local person = {id = id, key = KEY.volunteer .. id}
  for i, name in ipairs(PERSON) do person[name] = values[i] or nil end
  return person
end

-- A fix is unusable when it is stale, or when its accuracy radius exceeds the distance the person travels.
local function is_usable(age, accuracy, own)
  return age <= FIX_AGE_MS and (tonumber(accuracy) or 0) <= own
end

-- The fix while it is usable or there is no home place, else the home place. nil when there is neither.
local function place_of(person, now)
  local at_fix = person.at and (not person.hx or is_usable(now - person.at, person.ac, reach_m(person.md, person.tm)))
  if at_fix then return person.x, person.y end
  return person.hx, person.hy
end

-- Number of a cell of about 1 km. A person who enters another cell may have come within reach of a waiting requirement.
local function district(lon, lat)
  return math.floor(lon * 100) * 100000 + math.floor(lat * 150)
end

-- `fl` of people who have withdrawn the consent to positions.
local NEVER = '9007199254740991'

-- Every key with places of people has a TTL at every moment; place_expiry.lua extends it while a worker runs.
local function let_expire(key)
  call('EXPIRE', key, PLACES_TTL_S)
end

local function drop_fix(person)
  call('ZREM', KEY.fixes, person.id)
  call('HDEL', person.key, unpack(FIX))
  person.x, person.y, person.at, person.ac = nil, nil, nil, nil
end

-- Stores the first fix of a person on duty, as fixes.lua does.
local function place_first(person, lon, lat, accuracy, at, ends)
  call('ZADD', KEY.fixes, at + FIX_AGE_MS, person.id)
  call('HSET', person.key, 'x', lon, 'y', lat, 'ac', accuracy, 'at', at, 'ax', lon, 'ay', lat, 'aa', accuracy, 'ab', '')
  if ends ~= '' then call('HSET', person.key, 'qt', at) end
  person.x, person.y, person.ac, person.at = lon, lat, accuracy, at
end

-- Offset and time (ms) of the tombstone of an erased person, or nil.
local function erasure_of(id)
  local offset, at = string.match(call('GET', KEY.erased .. id) or '', '^(%-?%d+)|?(%d*)$')
  return tonumber(offset), tonumber(at) or 0
end

local GEO_OF_MODE = {f = KEY.field_index, e = KEY.engaged_index}

-- Whether two places are within 25 m. Flat-earth formula, because it runs for every position.
local function is_still(lon1, lat1, lon2, lat2)
  local north = (lat2 - lat1) * 111226
  local east = (lon2 - lon1) * 111226 * math.cos(math.rad(lat2))
  return north * north + east * east <= 625
end

-- Scripts that place many people set `placed` to a table and call `place_all` at their end: one GEOADD with many members costs
-- two thirds of many GEOADDs with one member.
local placed = nil

local function move_field(id, mode, skills, lon, lat)
  lat = geo_lat(lat)
  for skill in words(skills) do
    local key = GEO_OF_MODE[mode] .. skill
    if placed then
      local list = placed[key] or {}
      placed[key] = list
      local size = #list
      list[size + 1], list[size + 2], list[size + 3] = lon, lat, id
    else
      -- A new member may have created the key.
      if call('GEOADD', key, lon, lat, id) > 0 then let_expire(key) end
    end
  end
end

-- Lua 5.1 cannot unpack more than about 8,000 values: callers place at most 500 people, so 1,500 values.
local function place_all()
  for key, list in pairs(placed) do
    if call('GEOADD', key, unpack(list)) > 0 then let_expire(key) end
  end
end

-- The field indexes that a person with these skills belongs to: one for each skill, and that of everybody.
local function index_words(skills)
  return skills == '' and ANY_SKILL or skills .. ',' .. ANY_SKILL
end

local function leave_field(person, kept)
  for skill in words(person.is) do
    if not kept[skill] then call('ZREM', GEO_OF_MODE[person.im] .. skill, person.id) end
  end
end

-- `im`: free (f) or engaged (e); `ix`, `iy`: place in the indexes; `is`: words of the indexes that hold the person.
-- True when the person became available for field work, or available in another cell.
local function reindex_field(person, now)
  local mode, x, y, wanted
  if person.v and is_on_duty(person.du, person.un, now) and person.sk and string.find(person.cap, 'field', 1, true) then
    x, y = place_of(person, now)
    if x then mode, wanted = person.cs == 'c' and 'e' or 'f', index_words(person.sk) end
  end
  if not mode then
    if person.im then
      leave_field(person, {})
      call('HDEL', person.key, 'im', 'ix', 'iy', 'is')
      person.im, person.ix, person.iy, person.is = nil, nil, nil, nil
    end
    return false
  end
  local same = person.im == mode and person.is == wanted
  if same and is_still(person.ix, person.iy, x, y) then return false end
  if person.im and not same then
    local kept = {}
    if person.im == mode then for skill in words(wanted) do kept[skill] = true end end
    leave_field(person, kept)
  end
  move_field(person.id, mode, wanted, x, y)
  local entered = not same or district(person.ix, person.iy) ~= district(x, y)
  call('HSET', person.key, 'im', mode, 'ix', x, 'iy', y, 'is', wanted)
  person.im, person.ix, person.iy, person.is = mode, x, y, wanted
  return entered and mode == 'f'
end

local function each_digital_key(mode, skills, languages, act)
  for skill in words(skills) do
    if mode == 'e' then
      act(KEY.digital_engaged .. skill)
    else
      act(KEY.digital_index .. skill .. ':*')
      for language in words(languages) do act(KEY.digital_index .. skill .. ':' .. primary(language)) end
    end
  end
end

-- `dg`: the person's entries in the digital indexes, `mode|skills|languages|load`. True when the person became free for digital
-- work.
local function reindex_digital(person, now)
  local mode
  if person.v and is_on_duty(person.du, person.un, now) and string.find(person.cap, 'digital', 1, true) then
    mode = person.cs == 'c' and 'e' or 'f'
  end
  local wanted
  if mode then wanted = table.concat({mode, person.sk, person.la, person.ld or '0'}, '|') end
  if wanted == person.dg then return false end
  local was
  if person.dg then
    local skills, languages
    was, skills, languages = string.match(person.dg, '^(%a)|([^|]*)|([^|]*)|')
    each_digital_key(was, skills, languages, function(key) call('ZREM', key, person.id) end)
  end
  person.dg = wanted
  if not mode then
    call('HDEL', person.key, 'dg')
    return false
  end
  local score = person.ld or '0'
  each_digital_key(mode, person.sk, person.la, function(key) call('ZADD', key, score, person.id) end)
  call('HSET', person.key, 'dg', wanted)
  return mode == 'f' and was ~= 'f'
end

-- Updates the indexes from the hash, writing only differences. True when the person became available somewhere.
-- A pending claim does not change the indexes: it lasts milliseconds, the search reads it from the hash, and a redelivered
-- command must find the people it claimed itself.
local function reindex(person, now)
  local field = reindex_field(person, now)
  local digital = reindex_digital(person, now)
  return field or digital
end

-- Deletes the hash of an unknown person once it holds neither a claim, a danger nor a position.
local function forget_if_empty(person)
  if not (person.v or person.at or person.hx or person.co or person.ds) then call('DEL', person.key) end
end

-- Load is stored as log2 of the sum of 2^(t/half-life) over the offers made. The order of people by it does not change with time,
-- so index entries need no update as time passes. 0: never asked.
local HALF_LIFE_MS = 14400000

local function more_load(load, at)
  local entry = at / HALF_LIFE_MS
  load = tonumber(load or '0')
  if load == 0 then return string.format('%.6f', entry) end
  local high, low = math.max(load, entry), math.min(load, entry)
  return string.format('%.6f', high + math.log(1 + 2 ^ (low - high)) / math.log(2))
end

local function load_now(load, now)
  load = tonumber(load or 0)
  if load == 0 then return 0 end
  return 2 ^ (load - now / HALF_LIFE_MS)
end
