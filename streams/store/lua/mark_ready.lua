-- Sets the ready key, after which ordinary scripts are accepted. It expires before the first key with a place that the rebuild has
-- written (restore_index.lua), and place_expiry.lua extends all of them. ARGV: owner of the rebuild, run id that it filled, id of
-- the data (`master_replid`) at its start. Returns 0 when Redis has been restarted, or demoted and promoted again, since.

local refused = refusal(ARGV[1])
if refused then return refused end

local run_id, data, before = this_run()
if run_id ~= ARGV[2] then return 0 end
if ARGV[3] ~= data and string.find(before, '[^0]') then return 0 end
call('SET', KEY.ready .. run_id, now_ms() .. '|L' .. LAYOUT .. '|' .. data, 'EX', READY_TTL_S)
return 1
