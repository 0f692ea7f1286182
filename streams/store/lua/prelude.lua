-- Stands before every script. KEY, FIX_AGE_MS, STATUSES and PRIORITIES are written above it by streams/store/scripts.py,
-- so that the names of keys stay in streams/redis_keys.py alone.

local call = redis.call

local function now_ms()
  local time = call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function run_id()
  return string.match(call('INFO', 'server'), 'run_id:(%x+)')
end

-- The error to return when this caller may not work on the picture now, else nil. Everyday callers (owner '') need the
-- rebuild of *this* run of Redis to have ended: a restarted, emptied or stale server has another run id or lost the key.
-- The rebuilder needs to hold its lock still.
local function refusal(owner)
  if owner == '' then
    if call('EXISTS', KEY.ready .. run_id()) == 0 then
      return redis.error_reply('NOTREADY the picture has not been rebuilt from the log')
    end
    return nil
  end
  local held = call('GET', KEY.rebuild_lock)
  if not held or string.sub(held, 1, #owner + 1) ~= owner .. '|' then
    return redis.error_reply('LOCKLOST another rebuild has taken over')
  end
  return nil
end

local function set_of(list)
  local set = {}
  for _, word in ipairs(list) do set[word] = true end
  return set
end

local function words(csv)
  return string.gmatch(csv or '', '[^,]+')
end

-- Languages are compared by their primary subtag: `kk-Cyrl` is `kk`.
local function primary(language)
  return string.lower(string.match(language, '^[^-]*'))
end

-- How far a person is asked to go: their own limit, else what their mode of travel allows.
local function reach_m(own, mode)
  return tonumber(own) or REACH_OF_MODE_M[mode] or REACH_OF_MODE_M.foot
end

-- Great circle on the sphere Redis uses, so that a distance computed here and one from GEOSEARCH agree.
local function metres(lon1, lat1, lon2, lat2)
  local u = math.sin(math.rad(lat2 - lat1) / 2)
  local v = math.sin(math.rad(lon2 - lon1) / 2)
  local a = u * u + math.cos(math.rad(lat1)) * math.cos(math.rad(lat2)) * v * v
  return 2 * 6372797.560856 * math.asin(math.min(1, math.sqrt(a)))
end

-- A GEO key refuses latitudes beyond the square of the Mercator map; a poisoned position must not stop a batch.
local function geo_lat(lat)
  return math.max(-85.05, math.min(85.05, tonumber(lat)))
end
