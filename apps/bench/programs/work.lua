-- Words are counted, sorted and joined; closures, tables and strings, as a script has them. argv[1]: rounds.
local rounds = tonumber(arg[1]) or 1
local seed = 42
local function random(n)
  seed = (seed * 1103515245 + 12345) % 2147483648
  return seed // 65536 % n
end

local Account = {}
Account.__index = Account
function Account.new(name) return setmetatable({ name = name, balance = 0, log = {} }, Account) end
function Account:add(amount)
  self.balance = self.balance + amount
  self.log[#self.log + 1] = function() return amount end
end

local function words(count)
  local all = {}
  for i = 1, count do
    local letters = {}
    for j = 1, 2 + random(4) do letters[j] = string.char(97 + random(6)) end
    all[i] = table.concat(letters)
  end
  return table.concat(all, ' ')
end

local total, text = 0, ''
for round = 1, rounds do
  local counts, order = {}, {}
  for word in words(400):gmatch('%a+') do
    if not counts[word] then order[#order + 1] = word end
    counts[word] = (counts[word] or 0) + 1
  end
  table.sort(order, function(a, b)
    if counts[a] ~= counts[b] then return counts[a] > counts[b] end
    return a < b
  end)
  local accounts = {}
  for i, word in ipairs(order) do
    local account = Account.new(word)
    for j = 1, 3 do account:add(i * j % 7 + 0.5) end
    accounts[word] = account
    for _, entry in ipairs(account.log) do total = total + entry() end
  end
  text = order[1]:upper():rep(2):gsub('A', '<%0>') .. string.format('%05d', #order)
end
print(total, text, seed)
