// The cases of the program calls, by the files that hold them.
#pragma once

#include <string>

namespace strata::calls {

// training_calls.cpp
void steps();
void snapshots();
void best();
void rates();
void gradients();
void tensors();
void stopping();
void inheriting();

// data_calls.cpp
void layouts();
void names();
void targets();

// model_calls.cpp
void models(const char* folder);
void lifetimes();
void searching();
void facts();

// guest_calls.cpp
void leaves_nothing();
void modes();
void forks();
void threads();

// misuse_calls.cpp
void wrong_arrays();
void wrong_data();
void wrong_trainers();
void wrong_models();

// run_calls.cpp
void hash_of_files(const char* data_settings, const char* settings);
void hash_of_arrays(const std::string& folder, const char* settings);
void write_arrays(const std::string& folder);

}  // namespace strata::calls
