require "timeout"

class God::System::SlashProcPoller
  def self.timeout(seconds, &block) = Timeout.timeout(seconds, &block)
end
