-- Claims a person for an offer. Writes only the person's key; the same offer always gets the same answer.
-- KEYS: the person. ARGV: offer, incident, epoch, command, 1 to claim also off duty.

local refused = refusal('')
if refused then return refused end

local offer, incident, epoch, command = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local known, duty, ends, held, of_incident, held_epoch, state, of_command, dangers =
  unpack(call('HMGET', KEYS[1], 'v', 'du', 'un', 'co', 'ci', 'ce', 'cs', 'cc', 'ds'))

if held == offer then return 'granted' end
if held then
  -- The hold is of a later decision about the same incident: the caller decided on an old state.
  if of_incident == incident and tonumber(held_epoch) > epoch then return 'fenced' end
  -- A redelivered command may replace the claim that its first attempt left behind.
  if not (state == 'p' and of_command == command) then return 'busy' end
end
if not known or (not is_on_duty(duty, ends, now_ms()) and ARGV[5] ~= '1') then return 'off_duty' end
if dangers then return 'in_distress' end
call('HSET', KEYS[1], 'co', offer, 'ci', incident, 'ce', epoch, 'cs', 'p', 'cc', command, 'ca', now_ms())
return 'granted'
