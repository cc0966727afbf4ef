-- POSTs that are each different: the bodies or addresses are lines of a file, shared out to threads.
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(arguments)
  local file, most = arguments[1], tonumber(arguments[2])
  lines, nextline = {}, number + 1
  for line in io.lines(file) do
    lines[#lines + 1] = line
  end
  step = most
end

function request()
  local path, body = lines[nextline]:match("^(%S+) (.*)$")
  nextline = nextline + step
  local headers = { ["Content-Type"] = "application/x-www-form-urlencoded" }
  return wrk.format("POST", path, headers, body)
end

function done(summary, latency, requests)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    "RESULT %d %d %d %.3f %.3f\n",
    summary.requests, summary.duration, failed,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000
  ))
end
