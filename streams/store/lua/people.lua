-- Writes profiles or erases people.
-- ARGV[1]: owner of the rebuild, or ''; ARGV[2]: the people, packed by streams/store/people.py.
-- Returns how many changed. A record older than the stored one has no effect. A rebuild indexes people at its end.

local refused = refusal(ARGV[1])
if refused then return refused end

local ERASED_TTL_S = 86400
local now = now_ms()
local restoring = ARGV[1] ~= ''

local function write_profile(person, profile)
  call('HSET', person.key, 'v', profile.v, 'cap', profile.cap, 'sk', profile.sk, 'la', profile.la, 'tm', profile.tm,
    'md', profile.md, 'du', profile.du, 'po', profile.po)
  -- Never move the last sign of life back: a later writer may not have known of it.
  if profile.hd > tonumber(call('HGET', person.key, 'hd') or 0) then call('HSET', person.key, 'hd', profile.hd) end
  call('SADD', KEY.volunteers, person.id)
  if profile.du ~= person.du then call(profile.du == '1' and 'SADD' or 'SREM', KEY.on_duty, person.id) end
  person.v, person.cap, person.sk, person.la = profile.v, profile.cap, profile.sk, profile.la
  person.tm, person.md, person.du = profile.tm, profile.md, profile.du
end

-- A claim stays until a decision ends it.
local function erase(person, offset)
  person.v, person.x, person.y, person.at, person.hx, person.hy = nil, nil, nil, nil, nil, nil
  reindex(person, now)
  call('HDEL', person.key, 'v', 'cap', 'sk', 'la', 'tm', 'md', 'du', 'x', 'y', 'ac', 'at', 'hx', 'hy', 'ld',
    'hd', 'ey', 'en', 'wk', 'we', 'wh', 'tu', 'to', 'po', 'ax', 'ay', 'aa', 'ab', 'px', 'py', 'pa', 'pt', 'ht', 'qt')
  call('SREM', KEY.volunteers, person.id)
  call('SREM', KEY.on_duty, person.id)
  call('ZREM', KEY.fixes, person.id)
  call('DEL', KEY.offers_of .. person.id)
  call('SET', KEY.erased .. person.id, offset, 'EX', ERASED_TTL_S)
  forget_if_empty(person)
end

local function is_newer(person, offset)
  if person.v then return offset > tonumber(person.v) end
  if restoring then return true end
  return offset > tonumber(call('GET', KEY.erased .. person.id) or -1)
end

local function write(item)
  local person = load_person(item.id)
  if item.gone and is_newer(person, item.gone) then
    erase(person, item.gone)
    return true
  end
  if not item.profile or not is_newer(person, item.profile.v) then return false end
  write_profile(person, item.profile)
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
