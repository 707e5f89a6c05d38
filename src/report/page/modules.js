'use strict';
// Vega's modules are UMD: this gives each what it expects of CommonJS, and the page all of them as one object.
const modules = {
  loaded: {},
  add(name, define) {
    const module = { exports: {} };
    define(module, module.exports, (other) => modules.loaded[other]);
    modules.loaded[name] = module.exports;
  },
};
