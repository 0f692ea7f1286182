-- Returns 1 when this run of Redis has been rebuilt from the log.

if refusal('') then return 0 end
return 1
