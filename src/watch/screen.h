// The whole terminal at stderr, taken for a while: lines that are drawn over each other, and keys without echo.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace strata::watch {

/// While this lives, the terminal shows a page of its own; then it shows what it showed before, whatever ends this, a
/// signal too. One at a time, in the main thread, where stderr is a terminal that can be rewritten.
class Screen {
 public:
  Screen();
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  struct Size {
    std::size_t width = 80;
    std::size_t height = 24;
    friend bool operator==(const Size&, const Size&) = default;
  };
  /// As it is now.
  Size size() const;

  /// Shows the lines from the top; writes those alone that differ from what is there. Faults are ignored.
  void draw(const std::vector<std::string>& lines);

  /// Whether stdin is a terminal too, so that there are keys.
  bool has_keys() const { return has_keys_; }
  /// Waits until a key is pressed, a signal comes or the time is over. Returns the key, 0 if there is none. ctrl-Z
  /// suspends the program before it is returned; then the page has to be drawn anew.
  char key(std::chrono::milliseconds patience);

  /// Gives the terminal back if one of these has it. Async-signal-safe.
  static void give_back();

 private:
  void take();

  bool has_keys_;
  Size drawn_size_{};
  std::vector<std::string> drawn_;
};

}  // namespace strata::watch
