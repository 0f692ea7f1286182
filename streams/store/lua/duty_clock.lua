-- Duties that have ended by themselves, and those of which their people are to be told that they will. ARGV: how many at most, the
-- number of people whose end has been acted on, these people, then the people who were told. Returns two lists of people with times.
-- Whoever is returned as ended has left the indexes and has no position any more.

local refused = refusal('')
if refused then return refused end

local now = now_ms()
local acted = tonumber(ARGV[2])
for i = 3, #ARGV do
  local key = i <= acted + 2 and KEY.duty_ends or KEY.duty_warnings
  -- Not if the duty was prolonged meanwhile.
  if tonumber(call('ZSCORE', key, ARGV[i]) or now + 1) <= now then call('ZREM', key, ARGV[i]) end
end

local ended = call('ZRANGEBYSCORE', KEY.duty_ends, '-inf', now, 'WITHSCORES', 'LIMIT', 0, ARGV[1])
for i = 1, #ended, 2 do
  local person = load_person(ended[i])
  if not is_on_duty(person.du, person.un, now) then
    call('SREM', KEY.on_duty, person.id)
    drop_fix(person)
    call('HDEL', person.key, 'fl')
    reindex(person, now)
  end
end
return {ended, call('ZRANGEBYSCORE', KEY.duty_warnings, '-inf', now, 'WITHSCORES', 'LIMIT', 0, ARGV[1])}
