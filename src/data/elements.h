// The elements of a data set's array: its own, as whoever loads it fills them, or lent by memory that others use too.
#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <utility>

namespace strata {

/// `Vector` is what holds own elements. What makes or fills own ones may not be called while others are lent.
template <class Vector>
class Elements {
 public:
  using value_type = typename Vector::value_type;

  Elements() = default;
  Elements(Vector own) : own_(std::move(own)) {}
  Elements(std::initializer_list<value_type> own) : own_(own) {}
  /// `keeper` keeps `lent` as long as this or a copy needs it.
  Elements(std::span<value_type> lent, std::shared_ptr<const void> keeper) : lent_(lent), keeper_(std::move(keeper)) {}

  std::size_t size() const { return keeper_ ? lent_.size() : own_.size(); }
  bool empty() const { return size() == 0; }
  const value_type* data() const { return keeper_ ? lent_.data() : own_.data(); }
  const value_type* begin() const { return data(); }
  const value_type* end() const { return data() + size(); }
  const value_type& operator[](std::size_t i) const { return data()[i]; }
  value_type* data() { return keeper_ ? lent_.data() : own_.data(); }
  value_type* begin() { return data(); }
  value_type* end() { return data() + size(); }
  value_type& operator[](std::size_t i) { return data()[i]; }
  value_type& front() { return data()[0]; }
  value_type& back() { return data()[size() - 1]; }

  void resize(std::size_t size) { own_.resize(size); }
  void push_back(value_type value) { own_.push_back(value); }
  void assign(std::size_t size, value_type value) { own_.assign(size, value); }
  template <class Iterator>
  void append(Iterator first, Iterator last) {
    own_.insert(own_.end(), first, last);
  }
  /// From now on copies have the same elements, not their own.
  void share() {
    if (!keeper_ && !own_.empty()) {
      const auto kept = std::make_shared<Vector>(std::move(own_));
      *this = Elements(std::span<value_type>(*kept), kept);
    }
  }
  /// Own and lent ones.
  void clear() { *this = Elements(); }

  friend bool operator==(const Elements& a, const Elements& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  Vector own_;
  std::span<value_type> lent_;
  std::shared_ptr<const void> keeper_;
};

}  // namespace strata
