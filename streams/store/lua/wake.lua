-- A person became available: advances the retry timers of the most urgent shortfalls they could fill, then those of waves that
-- fell short of their certainty because people were scarce.
--
-- A wake-up is a hint and never an offer. It only moves timers of kind `retry`. A timer that fires sends PassDeadline, and its
-- decision searches again under all rules (find.lua, dispatch/matching/): hazard areas, budget, rest, quiet hours. A person
-- that those rules exclude is not offered the work. The cost is one decision without an offer for each incident woken, at
-- most WAKE_AT_ONCE for each change of a person, and up to two seconds of delay for the timers held back. The rules are not
-- repeated here, because they need the plans and the hazard areas, which this script does not have.

local WAKE_AT_ONCE = 3
-- Shortfalls near a person that are examined, for each skill (DESIGN 90).
local LOOK_AT_MOST = 500
-- This many further incidents are held back: a retry that happens to be due now would take the person from a more urgent one.
local HOLD_BACK_AT_MOST = 13
-- Long enough that the first is decided before the next retries, short enough that all retry within two seconds.
local WAKE_EVERY_MS = 600
-- Each timer that is due soon delays further ones: thousands of people coming on duty at once must not flood the queue.
local LATER_PER_TIMER_MS = 2
-- A wave that fell short has offers for all its places already, so it collects newcomers for a moment before it retries.
local SCARCE_WAITS_MS = 1500
local SCARCE_AT_MOST = 50
local ANYWHERE_AT_MOST = 20

local function waiting_near(person, base, most, members)
  if person.im ~= 'f' then return end
  local widest = call('ZREVRANGE', KEY.waiting_reach, 0, 0, 'WITHSCORES')[2] or 0
  local radius = reach_m(person.md, person.tm) + widest
  for skill in words(person.sk) do
    local near = call('GEOSEARCH', base .. skill, 'FROMLONLAT', person.ix, geo_lat(person.iy), 'BYRADIUS', radius, 'm',
      'ASC', 'COUNT', most, 'WITHDIST')
    for _, entry in ipairs(near) do members[#members + 1] = {entry[1], entry[2], skill} end
  end
end

local function waiting_anywhere(person, base, members)
  for skill in words(person.sk) do
    for _, member in ipairs(call('ZRANGE', base .. skill, 0, ANYWHERE_AT_MOST - 1)) do
      members[#members + 1] = {member, nil, skill}
    end
  end
end

local function waiting_for(person)
  local members = {}
  waiting_near(person, KEY.waiting_field, LOOK_AT_MOST, members)
  waiting_anywhere(person, KEY.waiting_anywhere, members)
  if call('EXISTS', KEY.scarce) == 1 then
    waiting_near(person, KEY.scarce_field, SCARCE_AT_MOST, members)
    waiting_anywhere(person, KEY.scarce_anywhere, members)
  end
  table.sort(members, function(a, b) return a[1] < b[1] end)
  return members
end

local function speaks(person, languages)
  if languages == '' then return true end
  local wanted = {}
  for language in string.gmatch(languages, '[^+]+') do wanted[language] = true end
  for language in words(person.la) do
    if wanted[primary(language)] then return true end
  end
  return false
end

local function is_verified(person, skill, now)
  local valid = verified_now(person.vs, now)
  return valid ~= nil and valid[skill] == true
end

-- Whether the person could fill the requirement at all. Checked first, because only a few incidents are woken.
local function fits(person, entry, now)
  local terms = call('HGET', KEY.waiting_terms, entry[1])
  if not terms then return true end
  local capability, limit, reach, languages, verified = string.match(terms, '^([^|]*)|([^|]*)|([^|]*)|([^|]*)|?(.*)$')
  if verified == '1' and not is_verified(person, entry[3], now) then return false end
  if not string.find(person.cap or '', capability, 1, true) or not speaks(person, languages) then return false end
  if not entry[2] then return true end
  return tonumber(entry[2]) - tonumber(reach) <= math.min(reach_m(person.md, person.tm), tonumber(limit))
end

-- Sets the retry of an incident to `turn` at the latest. An incident that is not the first is also held back until then, but only
-- once (the member ends with the original due time): people who arrive one by one must not postpone it for ever.
local function take_turn(incident, turn, is_first, is_woken)
  for _, timer in ipairs(call('SMEMBERS', KEY.timers_of .. incident)) do
    if string.sub(timer, 1, 6) == 'retry|' then
      local due = tonumber(call('ZSCORE', KEY.timers, timer) or 0)
      local holds_back = not is_first and due < turn and due == tonumber(string.match(timer, '%d+$'))
      if holds_back or (is_woken and due > turn) then call('ZADD', KEY.timers, 'XX', turn, timer) end
    end
  end
end

-- `except`: the incident that has just released the person and need not retry.
local function wake(person, now, except)
  if person.co or person.ds or not is_on_duty(person.du, person.un, now) then return end
  if call('EXISTS', KEY.shortfalls, KEY.scarce) == 0 then return end
  local seen, count = {}, 0
  local first = now + 100 + LATER_PER_TIMER_MS * call('ZCOUNT', KEY.timers, '-inf', now + 1000)
  for _, entry in ipairs(waiting_for(person)) do
    local member = entry[1]
    local incident = string.match(member, '^%d|%d+|([^|]+)|')
    if incident and incident ~= except and not seen[incident] and fits(person, entry, now) then
      seen[incident] = true
      local turn = first + WAKE_EVERY_MS * math.min(count, WAKE_AT_ONCE)
      if string.sub(member, 1, 1) >= '2' then turn = math.max(turn, now + SCARCE_WAITS_MS) end
      take_turn(incident, turn, count == 0, count < WAKE_AT_ONCE)
      count = count + 1
      if count == WAKE_AT_ONCE + HOLD_BACK_AT_MOST then return end
    end
  end
end
