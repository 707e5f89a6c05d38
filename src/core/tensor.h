// Aligned storage and the views that kernels take. Row-major everywhere; a stride counts elements.
#pragma once

#include <cassert>
#include <cstddef>
#include <limits>
#include <new>
#include <span>
#include <vector>

namespace strata {

/// One cache line, and the width of the widest vector.
inline constexpr std::size_t kAlignment = 64;

/// Memory at a cache-line boundary; large blocks lie on huge pages where the system has them, as a lookup of a small
/// page's address costs more than the row of pixels behind it. Throws std::bad_alloc.
void* allocate_aligned(std::size_t bytes);
void free_aligned(void* memory) noexcept;

/// Allocates at cache-line boundaries and leaves elements of trivial types uninitialised.
template <class T>
struct AlignedAllocator {
  using value_type = T;

  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>&) noexcept {}

  T* allocate(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / sizeof(T)) {
      throw std::bad_alloc();
    }
    return static_cast<T*>(allocate_aligned(count * sizeof(T)));
  }
  void deallocate(T* pointer, std::size_t) noexcept { free_aligned(pointer); }
  template <class U>
  void construct(U* pointer) noexcept {
    ::new (static_cast<void*>(pointer)) U;
  }
  template <class U, class... Args>
  void construct(U* pointer, Args&&... args) {
    ::new (static_cast<void*>(pointer)) U(static_cast<Args&&>(args)...);
  }
  friend bool operator==(const AlignedAllocator&, const AlignedAllocator&) { return true; }
};

/// `AlignedVector<T>(n)` is uninitialised for trivial T; `AlignedVector<T>(n, value)` is filled.
template <class T>
using AlignedVector = std::vector<T, AlignedAllocator<T>>;

/// A matrix that somebody else owns: element (r, c) is data[r * stride + c].
template <class T>
class MatrixView {
 public:
  MatrixView() = default;
  MatrixView(T* data, std::size_t rows, std::size_t columns, std::size_t stride)
      : data_(data), rows_(rows), columns_(columns), stride_(stride) {
    assert(stride >= columns);
  }
  MatrixView(T* data, std::size_t rows, std::size_t columns) : MatrixView(data, rows, columns, columns) {}

  /// A view to change is a view to read.
  operator MatrixView<const T>() const { return {data_, rows_, columns_, stride_}; }

  T* data() const { return data_; }
  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  std::size_t stride() const { return stride_; }

  T* row(std::size_t r) const {
    assert(r < rows_);
    return data_ + r * stride_;
  }
  T& operator()(std::size_t r, std::size_t c) const {
    assert(c < columns_);
    return row(r)[c];
  }
  /// Rows first … first + count - 1.
  MatrixView rows(std::size_t first, std::size_t count) const {
    assert(first + count <= rows_);
    return {data_ + first * stride_, count, columns_, stride_};
  }

 private:
  T* data_ = nullptr;
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  std::size_t stride_ = 0;
};

}  // namespace strata
