-- People whose fix has grown old since it was last looked at: to their home place when stale, forgotten after its time.
-- ARGV: time to live in ms, how many at most. Gives how many were looked at.

local refused = refusal('')
if refused then return refused end

local ttl = tonumber(ARGV[1])
local now = now_ms()
-- Entries say when a fix turns stale; a TTL shorter than that is looked for accordingly earlier.
local until_ms = now + math.max(0, FIX_AGE_MS - ttl)
local due = call('ZRANGEBYSCORE', KEY.fixes, '-inf', until_ms, 'LIMIT', 0, ARGV[2])
for _, id in ipairs(due) do
  local person = load_person(id)
  local age = person.at and now - person.at or ttl
  if age >= ttl then
    call('ZREM', KEY.fixes, id)
    call('HDEL', person.key, 'x', 'y', 'ac', 'at', 'px', 'py', 'pa', 'pt', 'ht', 'qt')
    person.x, person.y, person.at = nil, nil, nil
  elseif age > FIX_AGE_MS then
    call('ZADD', KEY.fixes, person.at + ttl, id)
  else
    call('ZADD', KEY.fixes, person.at + FIX_AGE_MS + 1, id)
  end
  if reindex(person, now) then wake(person, now, nil) end
  forget_if_empty(person)
end
return #due
