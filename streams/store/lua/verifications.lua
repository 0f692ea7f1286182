-- Writes verifications. ARGV[1]: owner of the rebuild, or ''; ARGV[2]: {volunteer, skill ('': their organisation), offset, end in
-- ms (0: withdrawn, -1: tombstone), by, organisation} ..., packed by streams/store/verifications.py. Older offsets have no effect.
-- Returns how many changed.

local refused = refusal(ARGV[1])
if refused then return refused end

local now = now_ms()
local restoring = ARGV[1] ~= ''

local function write(id, skill, offset, ends, by, organisation)
  local key, member = KEY.verified .. id, id .. '|' .. skill
  local person = load_person(id)
  -- Erased: a record that arrives late must not restore anything about the person.
  if not person.v and call('EXISTS', KEY.erased .. id) == 1 then return false end
  local stored = tonumber(string.match(call('HGET', key, skill) or '', '^(%d+)|') or -1)
  if offset <= stored then return false end
  if ends < 0 then
    call('HDEL', key, skill)
  else
    call('HSET', key, skill, string.format('%.0f|%.0f|%s|%s', offset, ends, by, organisation))
  end
  if skill == '' then return true end
  if ends > 0 then call('ZADD', KEY.verified_until, ends, member) else call('ZREM', KEY.verified_until, member) end
  refresh_verified(person)
  if not restoring and person.v and ends > now then wake(person, now, nil) end
  return true
end

local count = 0
for _, item in ipairs(cmsgpack.unpack(ARGV[2])) do
  if write(unpack(item)) then count = count + 1 end
end
return count
