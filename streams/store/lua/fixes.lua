-- Writes position fixes of people on duty; those of one person in order of time. The hot path: most people do not move, so usually only the hash is
-- written; a moving person stays in the same indexes and only their coordinates change. Rules:
-- dispatch/matching/position_checks.py. ARGV[1]: owner of the rebuild, or ''; ARGV[2]: {id, lon, lat, accuracy, at, '1' when no
-- more will follow} ..., packed, all strings. Returns the numbers of fixes that are newer than the stored one but do not place
-- their person. A rebuild indexes people at its end (restore_index.lua).
--
-- The newest fix of a person who is not on duty, or whose profile has not arrived, waits HOLD_MS for the duty to begin (people.lua)
-- and is used by nothing meanwhile. A fix of an erased person leaves no trace.

local refused = refusal(ARGV[1])
if refused then return refused end

local now = now_ms()
local restoring = ARGV[1] ~= ''
local wakes = not restoring and call('EXISTS', KEY.shortfalls, KEY.scarce) > 0

local function settle(id)
  local person = load_person(id)
  if reindex(person, now) and wakes then wake(person, now, nil) end
end

-- Flat-earth formula: cheap and inexact. The callers below allow 10 % for its error and for the 25 m by which the place in the
-- indexes may differ from the stored one, so what they accept is surely accepted by the exact rules.
local function is_within(reach, lon1, lat1, lon2, lat2)
  local north = (lat2 - lat1) * 111226
  local east = (lon2 - lon1) * 111226 * math.cos(math.rad(lat2))
  return north * north + east * east <= reach * reach
end

-- The time is capped because the formula is too inexact for long distances near the poles.
local function is_near(lon1, lat1, at1, lon2, lat2, at2)
  return is_within(0.9 * (SLACK_M + FASTEST_M_S.foot * math.min(60, (at2 - at1) / 1000)), lon1, lat1, lon2, lat2)
end

-- The part of a distance that accuracies and top speed do not explain.
local function missing(lon1, lat1, accuracy1, at1, lon2, lat2, accuracy2, at2, mode)
  local apart = metres(lon1, lat1, lon2, lat2) - (tonumber(accuracy1) or 0) - (tonumber(accuracy2) or 0)
  return apart - (FASTEST_M_S[mode] or FASTEST_M_S.car) * (at2 - at1) / 1000
end

local function is_precise(accuracy)
  return accuracy == '' or tonumber(accuracy) <= VAGUE_M
end

local function is_vague(x, y, accuracy, at, lon, lat, fix_accuracy, fix_at, mode)
  local radius = tonumber(fix_accuracy) or 0
  local age = fix_at - at
  if radius <= VAGUE_M or age > FRESH_FOR_MS then return false end
  local left = (tonumber(accuracy) or 0) + math.max(0, age / 1000 - FRESH_S) * (IDLE_M_S[mode] or IDLE_M_S.car)
  return radius > left and metres(x, y, lon, lat) <= radius + left
end

-- The changes of the anchor (`ax`, `ay`, `aa`, `ab`), as arguments of HSET. `ab` is empty while the person is at the anchor: its
-- time is then that of the stored fix. So the fixes of a person who stays where they are change no field of it.
local NONE, AT_ANCHOR = {}, {'ab', ''}

-- After a fix was accepted that is newer than `stored`. An anchor of unknown accuracy `aa` (nil) is precise, as the stored fix is.
local function anchor_changes(ax, ay, aa, ab, stored, lon, lat, accuracy, at)
  local left = ab and ab ~= ''
  local renewed = aa and not is_precise(aa) and is_precise(accuracy)
  if not renewed and metres(ax, ay, lon, lat) <= STOOD_M then return left and AT_ANCHOR or NONE end
  if renewed or at - (left and ab or stored) >= ANCHOR_MS then
    return {'ax', lon, 'ay', lat, 'aa', accuracy, 'ab', ''}
  end
  return left and NONE or {'ab', stored}
end

-- Returns the changes of the anchor if a fix newer than the stored one places the person. Otherwise returns nil and stores the time
-- of the fix as a sign of life (`ht`); a leap is stored in `px`, `py`, `pa`, `pt` until a second fix confirms it. A stored leap is
-- void once the stored fix is newer, so it is never cleared. Fields of a person: streams/redis_keys.py.
local function believed_changes(key, stored, lon, lat, fix_accuracy, at)
  local x, y, mode, accuracy, heard, px, py, pa, pt, ax, ay, aa, ab =
    unpack(call('HMGET', key, 'x', 'y', 'tm', 'ac', 'ht', 'px', 'py', 'pa', 'pt', 'ax', 'ay', 'aa', 'ab'))
  at, stored, pt, heard = tonumber(at), tonumber(stored), tonumber(pt), tonumber(heard)
  if not is_vague(x, y, accuracy, stored, lon, lat, fix_accuracy, at, mode) then
    local there = tonumber(ab) or stored
    if missing(x, y, accuracy, stored, lon, lat, fix_accuracy, at, mode) <= SLACK_M
      and missing(ax, ay, aa, there, lon, lat, fix_accuracy, at, mode) <= SLACK_M then
      return anchor_changes(ax, ay, aa, ab, stored, lon, lat, fix_accuracy, at)
    end
    local waits = pt and pt > stored
    -- A vague fix neither begins nor confirms a leap.
    local precise = is_precise(fix_accuracy)
    local near = precise and waits and at > pt and missing(px, py, pa, pt, lon, lat, fix_accuracy, at, 'car') <= STOOD_M
    if near and at - pt >= CONFIRMED_AFTER_MS then
      -- The leap becomes the anchor, then the fix is placed.
      call('HSET', key, 'ax', px, 'ay', py, 'aa', pa, 'ab', '')
      return anchor_changes(px, py, pa, '', pt, lon, lat, fix_accuracy, at)
    end
    if precise and not near and (not waits or at > pt) then call('HSET', key, 'px', lon, 'py', lat, 'pa', fix_accuracy, 'pt', at) end
  end
  if at > (heard or 0) then call('HSET', key, 'ht', at) end
  return nil
end

-- `qt`: time of the newest fix announced as the last for a while. It is valid while no newer fix has arrived. Of two fixes of the
-- same time the first one counts.
local function note_end(key, at)
  local known, heard = unpack(call('HMGET', key, 'qt', 'ht'))
  if tonumber(at) > math.max(tonumber(known) or 0, tonumber(heard) or 0) then call('HSET', key, 'qt', at) end
end

local function hold(id, duty, fix)
  local left = HOLD_MS - math.max(0, now - fix[5])
  if restoring or left <= 0 or (not duty and erasure_of(id)) or call('HEXISTS', KEY.volunteer .. id, 'np') == 1 then return end
  local key = KEY.held_fix .. id
  local held_at = string.match(call('GET', key) or '', '|(%d+)|1?$')
  if held_at and tonumber(held_at) >= tonumber(fix[5]) then return end
  call('SET', key, table.concat({fix[2], fix[3], fix[4], fix[5], fix[6] or ''}, '|'), 'PX', left)
end

placed = {}
local doubted = {}
for number, fix in ipairs(cmsgpack.unpack(ARGV[2])) do
  local id, lon, lat, accuracy, at = fix[1], fix[2], fix[3], fix[4], fix[5]
  local key = KEY.volunteer .. id
  local stored, mode, skills, ix, iy, duty, last, ax, ay, ab, ends =
    unpack(call('HMGET', key, 'at', 'im', 'is', 'ix', 'iy', 'du', 'ac', 'ax', 'ay', 'ab', 'un'))
  if not is_on_duty(duty, ends, now) then
    doubted[#doubted + 1] = number
    hold(id, duty, fix)
  elseif not stored and tonumber(at) < tonumber(call('HGET', key, 'fl') or 0) then
    -- Recorded long before the duty began, or before the person was erased and registered again.
    doubted[#doubted + 1] = number
  elseif not stored or tonumber(at) > tonumber(stored) then
    if fix[6] then note_end(key, at) end
    -- While the last fix is fresh and precise, the indexes hold the person at that place.
    local ordinary = stored and mode and is_precise(accuracy) and is_precise(last) and now - stored <= FIX_AGE_MS
    local still = ordinary and is_still(ix, iy, lon, lat)
    local left = ab and ab ~= ''
    local moved
    if not stored then
      moved = {'ax', lon, 'ay', lat, 'aa', accuracy, 'ab', ''}
    elseif still and is_within(0.9 * STOOD_M, ax, ay, lon, lat) then
      moved = left and AT_ANCHOR or NONE
    elseif ordinary and (still or is_near(ix, iy, stored, lon, lat, at))
      and is_near(ax, ay, left and ab or stored, lon, lat, at) then
      moved = anchor_changes(ax, ay, nil, ab, stored, lon, lat, accuracy, at)
    else
      moved = believed_changes(key, stored, lon, lat, accuracy, at)
    end
    if not moved then
      doubted[#doubted + 1] = number
    else
      -- Later fixes leave the entry alone; the sweep sets the next time.
      if not stored then call('ZADD', KEY.fixes, at + FIX_AGE_MS, id) end
      if still or restoring then
        call('HSET', key, 'x', lon, 'y', lat, 'ac', accuracy, 'at', at, unpack(moved))
      elseif not mode or not is_precise(accuracy) or now - at > FIX_AGE_MS then
        -- Not indexed yet, or the fix is so old or vague that the home place may be used instead.
        call('HSET', key, 'x', lon, 'y', lat, 'ac', accuracy, 'at', at, unpack(moved))
        settle(id)
      elseif is_still(ix, iy, lon, lat) then
        call('HSET', key, 'x', lon, 'y', lat, 'ac', accuracy, 'at', at, unpack(moved))
      else
        move_field(id, mode, skills, lon, lat)
        call('HSET', key, 'x', lon, 'y', lat, 'ix', lon, 'iy', lat, 'ac', accuracy, 'at', at, unpack(moved))
        if wakes and mode == 'f' and district(ix, iy) ~= district(lon, lat) then wake(load_person(id), now, nil) end
      end
    end
  end
end
place_all()
return doubted
