-- Writes one incident: its state, its entries in lists and indexes, its timers and its waiting requirements.
-- `i` is packed by streams/store/apply.py.

-- The budget of offers counts these (DESIGN 40).
local OFFERS_KEPT = 200

local function replace_timers(i)
  local key = KEY.timers_of .. i.id
  local wanted = {}
  for _, timer in ipairs(i.timers) do wanted[timer[1]] = timer[2] end
  for _, member in ipairs(call('SMEMBERS', key)) do
    if wanted[member] then
      wanted[member] = nil -- keep its score: it may have been brought forward by `wake` or postponed by take_due
    else
      call('ZREM', KEY.timers, member)
      call('SREM', key, member)
    end
  end
  for member, due in pairs(wanted) do
    call('ZADD', KEY.timers, due, member)
    call('SADD', key, member)
  end
end

-- `waiting-of` maps each member to its key, so that it can be removed without knowing the skill.
local function replace_waiting(i)
  local notes = KEY.waiting_of .. i.id
  local old = call('HGETALL', notes)
  for n = 1, #old, 2 do
    call('ZREM', old[n + 1], old[n])
    call('ZREM', KEY.shortfalls, old[n])
    call('SREM', KEY.scarce, old[n])
    call('HDEL', KEY.waiting_terms, old[n])
    call('ZREM', KEY.waiting_reach, old[n])
  end
  if #old > 0 then call('DEL', notes) end
  for _, entry in ipairs(i.waiting) do
    local key
    if not entry.skill then
      -- Field work without a place: nobody can fill it, so no newcomer wakes it.
      key = KEY.shortfalls
    elseif entry.lon then
      key = (entry.scarce and KEY.scarce_field or KEY.waiting_field) .. entry.skill
      call('GEOADD', key, entry.lon, geo_lat(entry.lat), entry.member)
    else
      key = (entry.scarce and KEY.scarce_anywhere or KEY.waiting_anywhere) .. entry.skill
      call('ZADD', key, entry.urgency, entry.member)
    end
    call('HSET', notes, entry.member, key)
    if entry.terms then call('HSET', KEY.waiting_terms, entry.member, entry.terms) end
    if entry.reach and entry.reach > 0 then call('ZADD', KEY.waiting_reach, entry.reach, entry.member) end
    if entry.since then call('ZADD', KEY.shortfalls, entry.since, entry.member) end
    if entry.itself then call('SADD', KEY.scarce, entry.member) end
  end
end

-- The GEO index of open incidents with a place, in which duplicates are searched.
local function replace_vicinity(i)
  local note = KEY.vicinity_of .. i.id
  local old, new = call('GET', note), i.vicinity and i.vicinity[1]
  if old == (new or false) then return end
  if old then
    call('ZREM', KEY.open_incidents, old)
    call('ZREM', KEY.wide_incidents, old)
  end
  if new then
    local key = i.vicinity[4] and KEY.wide_incidents or KEY.open_incidents
    call('GEOADD', key, i.vicinity[2], geo_lat(i.vicinity[3]), new)
    call('SET', note, new)
  else
    call('DEL', note)
  end
end

-- The search by external id outlives the incident as its state does. The TTL is that of the entry that stays longest.
local function note_ended_external(i, digest)
  local key = KEY.ended_external .. digest
  call('ZADD', key, i.ended, i.id)
  call('ZREMRANGEBYSCORE', key, '-inf', now_ms() - ENDED_TTL_MS)
  local newest = call('ZREVRANGE', key, 0, 0, 'WITHSCORES')
  if newest[2] then call('PEXPIREAT', key, string.format('%.0f', newest[2] + ENDED_TTL_MS)) end
end

-- The indexes by external id: its own and those of merged reports. `external-of` names the entries to remove when a report leaves.
local function replace_externals(i)
  local notes, open, ended = KEY.external_of .. i.id, {}, {}
  for _, entry in ipairs(i.externals or {}) do open[entry[1]] = entry[2] end
  for _, digest in ipairs(i.ended_externals or {}) do ended[digest] = true end
  for _, digest in ipairs(call('SMEMBERS', notes)) do
    if not open[digest] then call('HDEL', KEY.external .. digest, i.id) end
    if not ended[digest] then call('ZREM', KEY.ended_external .. digest, i.id) end
    if not open[digest] and not ended[digest] then call('SREM', notes, digest) end
  end
  for digest, text in pairs(open) do
    call('HSET', KEY.external .. digest, i.id, text)
    call('SADD', notes, digest)
  end
  for digest in pairs(ended) do
    note_ended_external(i, digest)
    call('SADD', notes, digest)
  end
  if i.open then call('PERSIST', notes) else call('PEXPIREAT', notes, i.ended + ENDED_TTL_MS) end
end

-- The version is the time of the change, so it is never reused, even after Redis was emptied.
local function replace_hazard(i)
  local old = call('HGET', KEY.hazards, i.id)
  if old == (i.hazard or false) then return end
  if i.hazard then call('HSET', KEY.hazards, i.id, i.hazard) else call('HDEL', KEY.hazards, i.id) end
  local time = call('TIME')
  call('SET', KEY.hazards_version, time[1] .. string.format('%06d', time[2]))
end

local function replace_under_way(i)
  if i.under_way then
    call('GEOADD', KEY.under_way, i.under_way[1], geo_lat(i.under_way[2]), i.id)
  else
    call('ZREM', KEY.under_way, i.id)
  end
end

local function replace_attention(i)
  if i.attention then
    call('HSET', KEY.attention, i.id, i.attention)
  else
    call('HDEL', KEY.attention, i.id)
  end
end

local DISTRESS_KEPT = 20

local function set_distress(person, of)
  person.ds = #of > 0 and table.concat(of, ',') or nil
  if not person.ds then return call('HDEL', person.key, 'ds') end
  call('HSET', person.key, 'ds', person.ds)
  if not person.v then let_expire(person.key) end
end

-- The people whose danger this incident is, while it is open: nobody offers them work. Returns those whose last danger has ended.
local function replace_distress(i)
  local notes, wanted, safe = KEY.distressed .. i.id, set_of(i.distressed), {}
  for _, id in ipairs(call('SMEMBERS', notes)) do
    if not wanted[id] then
      call('SREM', notes, id)
      local person, left = load_person(id), {}
      for other in words(person.ds) do
        if other ~= i.id then left[#left + 1] = other end
      end
      set_distress(person, left)
      if not person.ds then safe[#safe + 1] = person end
      forget_if_empty(person)
    end
  end
  for id in pairs(wanted) do
    if call('SADD', notes, id) == 1 then
      local person, all = load_person(id), {i.id}
      for other in words(person.ds) do
        if other ~= i.id then all[#all + 1] = other end
      end
      set_distress(person, all)
    end
  end
  if i.distress_of then
    local own = KEY.distress_incidents .. i.distress_of
    call('ZADD', own, i.logged, i.id)
    call('ZREMRANGEBYRANK', own, 0, -DISTRESS_KEPT - 1)
    call('PEXPIRE', own, ENDED_TTL_MS)
  end
  return safe
end

-- Records a void decision or offer for the operator's alarm. NX: the time of the first record counts.
local function note_void(member, now)
  call('ZADD', KEY.voids, 'NX', now, member)
  -- The alarm shows one day of them (DESIGN 49).
  call('ZREMRANGEBYSCORE', KEY.voids, '-inf', now - 7 * 86400000)
end

local DRILL = 'exercise:'

-- States expire by TTL. Their list entries are removed here, at most five per call.
local function drop_expired(now)
  local old = call('ZRANGEBYSCORE', KEY.all_incidents, '-inf', now - ENDED_TTL_MS, 'LIMIT', 0, 5)
  for _, id in ipairs(old) do
    if call('EXISTS', KEY.incident .. id) == 0 then
      call('ZREM', KEY.all_incidents, id)
      for _, status in ipairs(STATUSES) do
        call('ZREM', KEY.by_status .. status, id)
        call('ZREM', KEY.by_status .. DRILL .. status, id)
      end
    end
  end
end

-- Drills are in the lists of all incidents, and once more in lists of their own by which they are counted apart.
local function list_drill(i)
  for _, status in ipairs(STATUSES) do call('ZREM', KEY.by_status .. DRILL .. status, i.id) end
  for _, priority in ipairs(PRIORITIES) do call('ZREM', KEY.by_priority .. DRILL .. priority, i.id) end
  call('ZADD', KEY.by_status .. DRILL .. i.status, i.logged, i.id)
  if i.open then call('ZADD', KEY.by_priority .. DRILL .. i.priority, i.logged, i.id) end
end

local function list_incident(i)
  call('SET', KEY.incident .. i.id, i.state)
  call('ZADD', KEY.all_incidents, i.logged, i.id)
  call('ZADD', KEY.by_status .. i.status, i.logged, i.id)
  if i.open then
    call('ZADD', KEY.by_priority .. i.priority, i.logged, i.id)
    call('PERSIST', KEY.timeline .. i.id) -- undoing a merge reopens an incident
  else
    call('PEXPIREAT', KEY.incident .. i.id, i.ended + ENDED_TTL_MS)
    call('PEXPIREAT', KEY.timeline .. i.id, i.ended + ENDED_TTL_MS)
  end
end

-- The highest number of a series decides the next one, also after a rebuild.
local function note_call(i)
  if not i.call then return end
  local key = KEY.calls .. i.call[1]
  call('ZADD', key, i.call[2], i.id)
  call('PEXPIREAT', key, i.logged + ENDED_TTL_MS)
end

-- Returns the people who are in danger no more.
local function write_incident(i, now)
  if call('EXISTS', KEY.incident .. i.id) == 1 then -- a new incident is in no list yet
    for _, status in ipairs(STATUSES) do
      if status ~= i.status then call('ZREM', KEY.by_status .. status, i.id) end
    end
    for _, priority in ipairs(PRIORITIES) do
      if not i.open or priority ~= i.priority then call('ZREM', KEY.by_priority .. priority, i.id) end
    end
  end
  list_incident(i)
  note_call(i)
  if i.exercise then list_drill(i) end
  replace_timers(i)
  replace_waiting(i)
  replace_vicinity(i)
  replace_externals(i)
  replace_hazard(i)
  replace_under_way(i)
  replace_attention(i)
  if not i.open then drop_expired(now) end
  return replace_distress(i)
end

-- An offer adds to the load of a known person once, however often it is written.
local function note_offer(volunteer, offer, at)
  local key = KEY.offers_of .. volunteer
  local is_new = call('ZADD', key, at, offer) == 1
  if call('ZCARD', key) > OFFERS_KEPT then call('ZREMRANGEBYRANK', key, 0, 0) end
  call('PEXPIRE', key, ENDED_TTL_MS)
  if not is_new then return end
  local known, load = unpack(call('HMGET', KEY.volunteer .. volunteer, 'v', 'ld'))
  if known then call('HSET', KEY.volunteer .. volunteer, 'ld', more_load(load, at)) end
end

-- Confirms the hold of a decision. The order of the log decides: it replaces a pending claim but not a confirmed one. Duty is not
-- checked, because the decision is made; the person's answer ends it. False when an earlier decision engages the person.
local function confirm_hold(hold, incident, command, now)
  local person = load_person(hold.volunteer)
  if person.co and person.co ~= hold.offer and person.cs == 'c' then return false end
  call('ZREM', KEY.pending_claims, hold.volunteer .. '|' .. hold.offer)
  if person.co ~= hold.offer or person.cs ~= 'c' then
    call('HSET', person.key, 'co', hold.offer, 'ci', incident, 'ce', hold.epoch, 'cs', 'c', 'cc', command, 'ca', now)
    person.co, person.cs = hold.offer, 'c'
    if not person.v then let_expire(person.key) end
  end
  reindex(person, now)
  return true
end

-- Releases a hold. Returns the person if they held this offer, else nil.
local function free_hold(hold, now)
  call('ZREM', KEY.pending_claims, hold.volunteer .. '|' .. hold.offer)
  local person = load_person(hold.volunteer)
  if person.co ~= hold.offer then return nil end
  call('HDEL', person.key, unpack(CLAIM))
  person.co, person.cs = nil, nil
  reindex(person, now)
  forget_if_empty(person)
  return person
end
