-- Writes position fixes; those of one person in order of time. The hot path: most people do not move, so usually only the hash is
-- written; a moving person stays in the same indexes and only their coordinates change. Rules:
-- dispatch/matching/position_checks.py. ARGV[1]: owner of the rebuild, or ''; ARGV[2]: {id, lon, lat, accuracy, at, '1' when no
-- more will follow} ..., packed, all strings. Returns the numbers of fixes that are newer than the stored one but do not place
-- their person. A rebuild indexes people at its end (restore_index.lua).

local refused = refusal(ARGV[1])
if refused then return refused end

local now = now_ms()
local restoring = ARGV[1] ~= ''
local wakes = not restoring and call('EXISTS', KEY.shortfalls, KEY.scarce) > 0

local function settle(id)
  local person = load_person(id)
  if reindex(person, now) and wakes then wake(person, now, nil) end
end

-- The flat-earth formula is inexact: 0.9 of the leap distance by it is surely less than the leap distance on the sphere.
local NEAR_SQUARED = (0.9 * LEAP_M) ^ 2

local function is_near(lon1, lat1, lon2, lat2)
  local north = (lat2 - lat1) * 111226
  local east = (lon2 - lon1) * 111226 * math.cos(math.rad(lat2))
  return north * north + east * east <= NEAR_SQUARED
end

local function is_possible(lon1, lat1, accuracy1, at1, lon2, lat2, accuracy2, at2, mode)
  local apart = metres(lon1, lat1, lon2, lat2)
  if apart <= LEAP_M then return true end
  local surely = apart - (tonumber(accuracy1) or 0) - (tonumber(accuracy2) or 0) - LEAP_M
  return surely <= (FASTEST_M_S[mode] or FASTEST_M_S.car) * (at2 - at1) / 1000
end

local function is_vague(x, y, accuracy, at, lon, lat, fix_accuracy, fix_at, mode)
  local radius = tonumber(fix_accuracy) or 0
  local age = fix_at - at
  if radius <= VAGUE_M or age > FRESH_FOR_MS then return false end
  local left = (tonumber(accuracy) or 0) + math.max(0, age / 1000 - FRESH_S) * (IDLE_M_S[mode] or IDLE_M_S.car)
  return radius > left and metres(x, y, lon, lat) <= radius + left
end

local function is_precise(accuracy)
  return accuracy == '' or tonumber(accuracy) <= VAGUE_M
end

-- Whether a fix newer than the stored one places the person. If not, its time is kept as a sign of life (`ht`), and a leap is
-- kept in `px`, `py`, `pa`, `pt` until a second fix confirms it. A kept leap is void once the stored fix is newer, so it is never
-- cleared.
local function is_believed(key, stored, lon, lat, fix_accuracy, at)
  local x, y = unpack(call('HMGET', key, 'x', 'y'))
  if is_precise(fix_accuracy) and is_near(x, y, lon, lat) then return true end
  local mode, accuracy, heard, px, py, pa, pt = unpack(call('HMGET', key, 'tm', 'ac', 'ht', 'px', 'py', 'pa', 'pt'))
  at, stored, pt, heard = tonumber(at), tonumber(stored), tonumber(pt), tonumber(heard)
  if not is_vague(x, y, accuracy, stored, lon, lat, fix_accuracy, at, mode) then
    if is_possible(x, y, accuracy, stored, lon, lat, fix_accuracy, at, mode) then return true end
    local waits = pt and pt > stored
    if waits and at > pt and is_possible(px, py, pa, pt, lon, lat, fix_accuracy, at, mode) then return true end
    if not waits or at > pt then call('HSET', key, 'px', lon, 'py', lat, 'pa', fix_accuracy, 'pt', at) end
  end
  if at > (heard or 0) then call('HSET', key, 'ht', at) end
  return false
end

-- `qt`: time of the newest fix announced as the last for a while. It is valid while no newer fix has arrived.
local function note_end(key, at)
  if tonumber(at) > (tonumber(call('HGET', key, 'qt')) or 0) then call('HSET', key, 'qt', at) end
end

placed = {}
local doubted = {}
for number, fix in ipairs(cmsgpack.unpack(ARGV[2])) do
  local id, lon, lat, accuracy, at = fix[1], fix[2], fix[3], fix[4], fix[5]
  local key = KEY.volunteer .. id
  local stored, mode, skills, ix, iy, duty, last = unpack(call('HMGET', key, 'at', 'im', 'is', 'ix', 'iy', 'du', 'ac'))
  if not stored or tonumber(at) > tonumber(stored) then
    if fix[6] then note_end(key, at) end
    -- While the last fix is fresh and precise, the indexes hold the person at that place.
    local ordinary = stored and mode and is_precise(accuracy) and is_precise(last) and now - stored <= FIX_AGE_MS
    local still = ordinary and is_still(ix, iy, lon, lat)
    local believed = not stored or still or (ordinary and is_near(ix, iy, lon, lat))
    if not (believed or is_believed(key, stored, lon, lat, accuracy, at)) then
      doubted[#doubted + 1] = number
    else
      if not stored then call('ZADD', KEY.fixes, at + FIX_AGE_MS, id) end
      if still or restoring or duty ~= '1' then
        call('HSET', key, 'x', lon, 'y', lat, 'ac', accuracy, 'at', at)
      elseif not mode or not is_precise(accuracy) or now - at > FIX_AGE_MS then
        -- Not indexed yet, or the fix is so old or vague that the home place may be used instead.
        call('HSET', key, 'x', lon, 'y', lat, 'ac', accuracy, 'at', at)
        settle(id)
      elseif is_still(ix, iy, lon, lat) then
        call('HSET', key, 'x', lon, 'y', lat, 'ac', accuracy, 'at', at)
      else
        move_field(id, mode, skills, lon, lat)
        call('HSET', key, 'x', lon, 'y', lat, 'ac', accuracy, 'at', at, 'ix', lon, 'iy', lat)
        if wakes and mode == 'f' and district(ix, iy) ~= district(lon, lat) then wake(load_person(id), now, nil) end
      end
    end
  end
end
place_all()
return doubted
