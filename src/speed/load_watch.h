// How much of the machine others used while we measured.
#pragma once

namespace strata {

/// CPUs' worth of time, averaged over the watch: 0.5 is half a CPU.
struct MachineLoad {
  double others = 0;  ///< other programs
  double stolen = 0;  ///< the hypervisor, for other guests

  /// Above this a timing says more about them than about us.
  static constexpr double kQuiet = 0.1;
  bool is_loaded() const { return others + stolen > kQuiet; }
};

/// Watches from its making on. Ticks of 10 ms are what Linux counts in, so a watch of less than 0.2 s says nothing.
class LoadWatch {
 public:
  LoadWatch();
  /// Zero where /proc/stat cannot be read.
  MachineLoad load() const;

 private:
  struct Times {
    double wall = 0;
    double busy = 0;    ///< of all CPUs, seconds
    double stolen = 0;  ///< of all CPUs, seconds
    double ours = 0;    ///< CPU seconds of this process and of the children it has waited for
  };
  static Times now();

  Times start_;
};

/// The one-minute load average; 0 where there is none.
double load_average();

}  // namespace strata
