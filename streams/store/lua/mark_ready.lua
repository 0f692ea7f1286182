-- Sets the ready key, after which ordinary scripts are accepted. It expires before the first key with a place that the rebuild has
-- written (restore_index.lua), and place_expiry.lua extends all of them. ARGV: owner of the rebuild, run id that it filled. Returns 0
-- when Redis has been restarted since.

local refused = refusal(ARGV[1])
if refused then return refused end

if run_id() ~= ARGV[2] then return 0 end
call('SET', KEY.ready .. ARGV[2], now_ms(), 'EX', READY_TTL_S)
return 1
