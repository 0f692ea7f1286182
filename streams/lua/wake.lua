-- A person became available: the most urgent shortfalls they might end look again in a moment, through their own timer.

local WAKE_AT_ONCE = 3
local LOOK_AT_MOST = 500
-- Far enough apart for the first to have decided before the next looks, near enough for all to look within two seconds.
local WAKE_EVERY_MS = 600
-- When many are about to look again, the next looks later: whoever comes on duty in thousands must not bury the queue.
local LATER_PER_TIMER_MS = 2

local function waiting_for(person)
  local members = {}
  if person.im == 'f' then
    local radius = reach_m(person.md, person.tm)
    for skill in words(person.sk) do
      local key = KEY.waiting_field .. skill
      local near = call('GEOSEARCH', key, 'FROMLONLAT', person.ix, geo_lat(person.iy), 'BYRADIUS', radius, 'm',
        'ASC', 'COUNT', LOOK_AT_MOST)
      for _, member in ipairs(near) do members[#members + 1] = member end
    end
  end
  for skill in words(person.sk) do
    for _, member in ipairs(call('ZRANGE', KEY.waiting_anywhere .. skill, 0, WAKE_AT_ONCE)) do
      members[#members + 1] = member
    end
  end
  table.sort(members)
  return members
end

-- `except`: an incident that need not look again for a person it has just let go.
local function wake(person, now, except)
  if person.co or person.du ~= '1' then return end
  if call('EXISTS', KEY.shortfalls) == 0 then return end
  local woken, count = {}, 0
  local first = now + 100 + LATER_PER_TIMER_MS * call('ZCOUNT', KEY.timers, '-inf', now + 1000)
  for _, member in ipairs(waiting_for(person)) do
    local incident = string.match(member, '^%d|%d+|([^|]+)|')
    if incident and incident ~= except and not woken[incident] then
      woken[incident] = true
      for _, timer in ipairs(call('SMEMBERS', KEY.timers_of .. incident)) do
        if string.sub(timer, 1, 6) == 'retry|' then
          call('ZADD', KEY.timers, 'XX', 'LT', first + WAKE_EVERY_MS * count, timer)
        end
      end
      count = count + 1
      if count == WAKE_AT_ONCE then return end
    end
  end
end
