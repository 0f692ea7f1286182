-- Writes encrypted private records as `offset|ciphertext`; an erased record is `offset|`. Older offsets have no effect; a record
-- that was sealed again has the offset of its original and replaces only the ciphertext.
-- ARGV[1]: owner of the rebuild, or ''; ARGV[2]: the records, packed by streams/store/people.py; then the ciphertext of each, or
-- ''. The ciphertexts are separate arguments because Redis' cmsgpack cannot decode the MessagePack type `bin`.

local refused = refusal(ARGV[1])
if refused then return refused end

local now = now_ms()
local restoring = ARGV[1] ~= ''

local function move_home(item)
  local key = KEY.volunteer .. item.volunteer
  if item.home then
    call('HSET', key, 'hx', item.home[1], 'hy', item.home[2])
    let_expire(key)
  elseif call('HDEL', key, 'hx', 'hy') == 0 then
    return
  end
  if restoring then return end
  local person = load_person(item.volunteer)
  if reindex(person, now) then wake(person, now, nil) end
  forget_if_empty(person)
end

-- Without the consent to positions no fix is ever early enough (`fl`).
local function set_consent(item)
  local person = load_person(item.consents_of)
  if item.withheld then
    drop_fix(person)
    call('DEL', KEY.held_fix .. person.id)
    call('HSET', person.key, 'np', '1', 'fl', NEVER)
    let_expire(person.key)
    if not restoring then reindex(person, now) end
  elseif call('HDEL', person.key, 'np') == 1 then
    call('HDEL', person.key, 'fl')
  end
end

local count = 0
for i, item in ipairs(cmsgpack.unpack(ARGV[2])) do
  local sealed = ARGV[2 + i]
  local key = KEY.private .. item.ref
  -- 21 bytes hold any offset (at most 19 digits) and the bar, without reading the ciphertext.
  local stored = tonumber(string.match(call('GETRANGE', key, 0, 20), '^(%d+)|') or -1)
  if item.offset > stored then
    count = count + 1
    if sealed ~= '' then
      call('SET', key, item.offset .. '|' .. sealed)
    else
      -- Only records of people come back late: a phone or a dead letter may be a month behind.
      call('SET', key, item.offset .. '|', 'EX', (item.volunteer or item.consents_of or item.of_person) and ERASED_TTL_S or 86400)
    end
    if item.consents_of then set_consent(item) end
    if item.volunteer then
      move_home(item)
      judge_halves(item.volunteer, now)
    end
  elseif item.resealed and item.offset == stored and sealed ~= '' then
    count = count + 1
    call('SET', key, item.offset .. '|' .. sealed)
  end
end
return count
