-- Releases claims that no decision will confirm. A confirmed claim stays: only a decision ends it.
-- KEYS: the people. ARGV: volunteer and offer of each.

local refused = refusal('')
if refused then return refused end

local now = now_ms()

local function release(volunteer, offer)
  local person = load_person(volunteer)
  call('ZREM', KEY.pending_claims, volunteer .. '|' .. offer)
  if person.co ~= offer or person.cs ~= 'p' then return 0 end
  call('HDEL', person.key, unpack(CLAIM))
  person.co, person.cs = nil, nil
  -- No reindex: a pending claim does not remove the person from the indexes (person.lua).
  forget_if_empty(person)
  wake(person, now, nil)
  return 1
end

local released = 0
for number = 1, #KEYS do released = released + release(ARGV[2 * number - 1], ARGV[2 * number]) end
return released
