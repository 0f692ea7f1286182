-- Claims people for offers, each by itself: whoever cannot be claimed hinders nobody else. The same offer always gets the same
-- answer. KEYS: the people. ARGV: for each `volunteer|offer`, offer, incident, epoch, command, 1 to claim also off duty.

local refused = refusal('')
if refused then return refused end

local now = now_ms()

local function claim(person, member, offer, incident, epoch, command, also_off_duty)
  -- Registered whatever the answer, so that the sweep finds what a crash leaves behind; it removes entries without a claim.
  call('ZADD', KEY.pending_claims, now, member)
  local known, duty, ends, held, of_incident, held_epoch, state, of_command, dangers =
    unpack(call('HMGET', person, 'v', 'du', 'un', 'co', 'ci', 'ce', 'cs', 'cc', 'ds'))

  if held == offer then return 'granted' end
  if held then
    -- The hold is of a later decision about the same incident: the caller decided on an old state.
    if of_incident == incident and tonumber(held_epoch) > tonumber(epoch) then return 'fenced' end
    -- A redelivered command may replace the claim that its first attempt left behind.
    if not (state == 'p' and of_command == command) then return 'busy' end
  end
  if not known or (not is_on_duty(duty, ends, now) and also_off_duty ~= '1') then return 'off_duty' end
  if dangers then return 'in_distress' end
  call('HSET', person, 'co', offer, 'ci', incident, 'ce', epoch, 'cs', 'p', 'cc', command, 'ca', now)
  return 'granted'
end

local answers = {}
for number, person in ipairs(KEYS) do answers[number] = claim(person, unpack(ARGV, number * 6 - 5, number * 6)) end
return answers
