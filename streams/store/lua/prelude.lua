-- Prepended to every script. streams/store/scripts.py puts names of keys in the place of KEY.…, and defines FIX_AGE_MS, STATUSES,
-- PRIORITIES and other constants above it, so that key names are defined in streams/redis_keys.py only.

local call = redis.call

-- Redis' clock decides all ages and due times, so workers need no synchronised clocks.
local function now_ms()
  local time = call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- A duty ends by itself at `un`, whether or not a worker runs to act on it.
local function is_on_duty(duty, ends, now)
  return duty == '1' and not (ends and ends ~= '' and tonumber(ends) <= now)
end

-- INFO costs some µs inside a script and needs `+info` in an ACL. Returns the run id, and two ids of the data: the present one, and
-- the one before the last promotion of this server from a replica to a master (zeros: never promoted).
local function this_run()
  local info = call('INFO', 'server', 'replication')
  -- 40 hexadecimal digits each, found as plain text: a pattern is tried at each of two thousand places, in every script.
  local function id_of(field)
    local _, before = string.find(info, field, 1, true)
    return string.sub(info, before + 1, before + 40)
  end
  return id_of('run_id:'), id_of('master_replid:'), id_of('master_replid2:')
end

-- Whether this run of Redis has been rebuilt in the layout that this process reads, and has been the master ever since. A server that was demoted and promoted again has
-- the same run id and, by replication, its old ready key, but lacks what the master in between did not hand on. Its id of the data
-- changed. That id also changes when the last replica has been away for long; the id before it is then reset.
local function is_ready()
  local run_id, data, before = this_run()
  local ready = call('GET', KEY.ready .. run_id)
  if not ready then return false end
  local layout, rebuilt = string.match(ready, '|L(%d+)|(%x+)$')
  -- A later one counts: processes of two versions would otherwise rebuild in turn.
  if not layout or tonumber(layout) < LAYOUT then return false end
  return rebuilt == data or not string.find(before, '[^0]')
end

-- The error reply when the caller may not run now, else nil. Ordinary callers (owner '') require that *this* run of Redis has
-- been rebuilt: a restarted, emptied or stale server has another run id or no ready key. The rebuilder must still hold its lock.
local function refusal(owner)
  if owner == '' then
    if not is_ready() then
      return redis.error_reply('NOTREADY Redis has not been rebuilt from the log')
    end
    return nil
  end
  local held = call('GET', KEY.rebuild_lock)
  if not held or string.sub(held, 1, #owner + 1) ~= owner .. '|' then
    return redis.error_reply('LOCKLOST another rebuild holds the lock')
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

-- The verified skills of the field `vs` whose verification has not ended, as a set; nil when there is none.
local function verified_now(vs, now)
  local valid
  for skill, ends in string.gmatch(vs or '', '([^,:]+):(%d+)') do
    if tonumber(ends) > now then
      valid = valid or {}
      valid[skill] = true
    end
  end
  return valid
end

-- Languages are compared by their primary subtag: `kk-Cyrl` is `kk`.
local function primary(language)
  return string.lower(string.match(language, '^[^-]*'))
end

-- The longest distance a person is asked to travel: their own limit, else the default of their travel mode.
local function reach_m(own, mode)
  return tonumber(own) or REACH_OF_MODE_M[mode] or REACH_OF_MODE_M.foot
end

-- Haversine on the earth radius of Redis' geohash_helper.c, so that distances agree with those of GEOSEARCH.
local function metres(lon1, lat1, lon2, lat2)
  local u = math.sin(math.rad(lat2 - lat1) / 2)
  local v = math.sin(math.rad(lon2 - lon1) / 2)
  local a = u * u + math.cos(math.rad(lat1)) * math.cos(math.rad(lat2)) * v * v
  return 2 * 6372797.560856 * math.asin(math.min(1, math.sqrt(a)))
end

-- GEOADD rejects latitudes beyond the Web Mercator limit. Clamp them: one bad position must not fail a batch.
local function geo_lat(lat)
  return math.max(-85.05, math.min(85.05, tonumber(lat)))
end
