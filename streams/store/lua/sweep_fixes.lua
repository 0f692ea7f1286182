-- Processes old fixes: people with a stale fix move to their home place, fixes older than the TTL are deleted.
-- ARGV: TTL in ms, how many at most. Returns how many were examined.

local refused = refusal('')
if refused then return refused end

local ttl = tonumber(ARGV[1])
local now = now_ms()
-- Scores are the times at which fixes become stale. With a TTL shorter than that age, entries are due earlier.
local until_ms = now + math.max(0, FIX_AGE_MS - ttl)
local due = call('ZRANGEBYSCORE', KEY.fixes, '-inf', until_ms, 'LIMIT', 0, ARGV[2])
for _, id in ipairs(due) do
  local person = load_person(id)
  local age = person.at and now - person.at or ttl
  if age >= ttl then
    drop_fix(person)
  elseif age > FIX_AGE_MS then
    call('ZADD', KEY.fixes, person.at + ttl, id)
  else
    call('ZADD', KEY.fixes, person.at + FIX_AGE_MS + 1, id)
  end
  if reindex(person, now) then wake(person, now, nil) end
  forget_if_empty(person)
end
return #due
