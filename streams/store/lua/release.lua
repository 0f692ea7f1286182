-- Releases a claim that no decision will confirm. A confirmed claim stays: only a decision ends it.
-- KEYS: the person. ARGV: volunteer, offer.

local refused = refusal('')
if refused then return refused end

local person = load_person(ARGV[1])
call('ZREM', KEY.pending_claims, ARGV[1] .. '|' .. ARGV[2])
if person.co ~= ARGV[2] or person.cs ~= 'p' then return 0 end
call('HDEL', person.key, unpack(CLAIM))
person.co, person.cs = nil, nil
-- No reindex: a pending claim does not remove the person from the indexes (person.lua).
forget_if_empty(person)
wake(person, now_ms(), nil)
return 1
