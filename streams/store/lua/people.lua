-- Writes profiles or erases people.
-- ARGV[1]: owner of the rebuild, or ''; ARGV[2]: the people, packed by streams/store/people.py.
-- Returns how many changed. A record older than the stored one has no effect, with one exception: the duty it states counts when
-- all newer records only copied theirs. A rebuild indexes people at its end.

local refused = refusal(ARGV[1])
if refused then return refused end

local now = now_ms()
local restoring = ARGV[1] ~= ''

-- A position counts from HOLD_MS before the duty begins, and never from before an erasure: `fl` is its earliest time.
local function begin_duty(person, logged)
  local _, erased_at = erasure_of(person.id)
  local withheld = call('HGET', person.key, 'np')
  local floor = withheld and tonumber(NEVER) or math.max((logged or 0) - HOLD_MS, erased_at + 1)
  if floor > 1 then call('HSET', person.key, 'fl', string.format('%.0f', floor)) end
  local held = KEY.held_fix .. person.id
  local lon, lat, accuracy, at, ends = string.match(call('GET', held) or '', '^([^|]*)|([^|]*)|([^|]*)|(%d+)|(1?)$')
  if not lon then return end
  call('DEL', held)
  if not person.at and tonumber(at) >= floor then place_first(person, lon, lat, accuracy, at, ends) end
end

-- The clocks of an end that is still to come; one that has passed stays until a worker has acted on it (duty_clock.lua).
local function set_end(person, ends)
  if ends == '' then
    if person.un then
      call('HDEL', person.key, 'un')
      call('ZREM', KEY.duty_ends, person.id)
      call('ZREM', KEY.duty_warnings, person.id)
    end
    person.un = nil
    return
  end
  call('HSET', person.key, 'un', ends)
  call('ZADD', KEY.duty_ends, ends, person.id)
  local warn = tonumber(ends) - WARN_BEFORE_MS
  if warn > now then call('ZADD', KEY.duty_warnings, warn, person.id) else call('ZREM', KEY.duty_warnings, person.id) end
  person.un = ends
end

-- `ends`: when the duty ends by itself, or ''. `logged`: time of the record that states the duty, nil if unknown. Positions of
-- people off duty are not kept.
local function set_duty(person, duty, ends, logged)
  local was, known = is_on_duty(person.du, person.un, now), person.du
  if duty ~= '1' then ends = '' end
  if ends ~= (person.un or '') then set_end(person, ends) end
  if duty ~= known then call('HSET', person.key, 'du', duty) end
  person.du = duty
  local is = is_on_duty(duty, ends, now)
  if is == was and duty == known then return end
  call(is and 'SADD' or 'SREM', KEY.on_duty, person.id)
  if is then
    begin_duty(person, logged)
  else
    drop_fix(person)
    call('HDEL', person.key, 'fl')
  end
end

-- Never moves the last sign of life back: a later writer may not have known of it.
local function set_heard(person, heard)
  if heard > tonumber(call('HGET', person.key, 'hd') or 0) then call('HSET', person.key, 'hd', heard) end
end

-- The duty that counts for a record that states none, its end, and the offset of the record that states it (-1: none is known).
local function kept_duty(person, copy, copied_end)
  local stated_at
  if person.v then
    stated_at = call('HGET', person.key, 'dk') or person.v
  else
    stated_at = tostring(erasure_of(person.id) or '-1')
  end
  if stated_at == '-1' then return copy, copied_end, stated_at end
  return person.du or '0', person.un or '', stated_at
end

local function write_duty(person, profile, logged)
  if profile.keeps then
    local duty, ends, stated_at = kept_duty(person, profile.du, profile.un)
    call('HSET', person.key, 'dk', stated_at, 'dw', profile.du .. profile.un)
    set_duty(person, duty, ends, logged)
  else
    call('HDEL', person.key, 'dk', 'dw')
    set_duty(person, profile.du, profile.un, logged)
  end
end

local function write_profile(person, profile, logged)
  local is_new = not person.v
  write_duty(person, profile, logged)
  call('HSET', person.key, 'v', profile.v, 'cap', profile.cap, 'sk', profile.sk, 'la', profile.la, 'tm', profile.tm,
    'md', profile.md, 'po', profile.po)
  let_expire(person.key)
  set_heard(person, profile.hd)
  call('SADD', KEY.volunteers, person.id)
  person.v, person.cap, person.sk, person.la = profile.v, profile.cap, profile.sk, profile.la
  person.tm, person.md = profile.tm, profile.md
  -- Their verifications may have arrived before the profile.
  if is_new then refresh_verified(person) end
end

-- A duty that arrives late: API processes write profiles to Redis at once, so the order of arrival may differ from the log's.
local function write_late_duty(person, offset, duty, ends, heard, logged)
  local stated_at = person.v and call('HGET', person.key, 'dk')
  if not stated_at or offset <= tonumber(stated_at) then return false end
  call('HSET', person.key, 'dk', offset)
  set_duty(person, duty, ends, logged)
  set_heard(person, heard)
  return true
end

-- A claim stays until a decision ends it, and so does a danger of the person.
local function erase(person, offset, logged)
  person.v, person.du, person.un, person.x, person.y, person.at, person.hx, person.hy = nil, nil, nil, nil, nil, nil, nil, nil
  reindex(person, now)
  call('HDEL', person.key, 'v', 'cap', 'sk', 'la', 'tm', 'md', 'du', 'x', 'y', 'ac', 'at', 'hx', 'hy', 'ld',
    'hd', 'ey', 'en', 'wk', 'we', 'wh', 'tu', 'to', 'po', 'ax', 'ay', 'aa', 'ab', 'px', 'py', 'pa', 'pt', 'ht', 'qt',
    'dk', 'dw', 'fl', 'np', 'vs', 'un')
  for _, skill in ipairs(call('HKEYS', KEY.verified .. person.id)) do
    call('ZREM', KEY.verified_until, person.id .. '|' .. skill)
  end
  call('DEL', KEY.verified .. person.id)
  call('SREM', KEY.volunteers, person.id)
  call('SREM', KEY.on_duty, person.id)
  call('ZREM', KEY.fixes, person.id)
  call('ZREM', KEY.duty_ends, person.id)
  call('ZREM', KEY.duty_warnings, person.id)
  call('DEL', KEY.offers_of .. person.id, KEY.distress_incidents .. person.id, KEY.held_fix .. person.id)
  local at = math.min(logged or now, now)
  -- At least an hour: the records that follow an old tombstone in the log may come right after it.
  local left = math.max(3600000, ERASED_TTL_S * 1000 - (now - at))
  call('SET', KEY.erased .. person.id, string.format('%.0f|%.0f', offset, at), 'PX', left)
  forget_if_empty(person)
end

local function is_newer(person, offset)
  if person.v then return offset > tonumber(person.v) end
  return offset > (erasure_of(person.id) or -1)
end

local function write(item)
  local person = load_person(item.id)
  local profile = item.profile
  if item.gone and is_newer(person, item.gone) then
    erase(person, item.gone, item.logged)
    return true
  elseif item.gone then
    if not write_late_duty(person, item.gone, '0', '', 0, item.logged) then return false end
  elseif is_newer(person, profile.v) then
    write_profile(person, profile, item.logged)
  elseif profile.keeps or not write_late_duty(person, profile.v, profile.du, profile.un, profile.hd, item.logged) then
    return false
  end
  if not restoring and reindex(person, now) then wake(person, now, nil) end
  return true
end

local count = 0
for _, item in ipairs(cmsgpack.unpack(ARGV[2])) do
  if write(item) then
    count = count + 1
    judge_halves(item.id, now)
  end
end
return count
