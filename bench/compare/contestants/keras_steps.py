"""Keras on TensorFlow: its own two optimizers in a step that is a tf.function, compiled by XLA, or run by fit."""

import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import numpy as np
import tensorflow as tf

import task


class TwoOptimizers(keras.Sequential):
    """A network whose lower layers SGD updates and whose upper ones Adam."""

    def __init__(self):
        super().__init__([keras.Input((task.SIZES[0],))])
        for layer, outputs in enumerate(task.SIZES[1:]):
            self.add(keras.layers.Dense(outputs, activation="elu" if layer + 1 < task.LAYERS else None))
        upper = 2 * task.UPPER_LAYERS
        self.groups = [(keras.optimizers.SGD(task.LOWER_RATE), self.trainable_variables[:-upper]),
                       (keras.optimizers.Adam(task.UPPER_RATE), self.trainable_variables[-upper:])]
        for optimizer, variables in self.groups:
            optimizer.build(variables)
        self.fresh = [[variable.numpy() for variable in optimizer.variables] for optimizer, _ in self.groups]
        self.mean_loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def restart(self):
        for layer, (weight, bias) in zip(self.layers, task.problem.initial_weights()):
            layer.set_weights([weight.T, bias])
        for (optimizer, _), values in zip(self.groups, self.fresh):
            for variable, value in zip(optimizer.variables, values):
                variable.assign(value)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.mean_loss(y, self(x, training=True))
        gradients = tape.gradient(loss, [[variable.value for variable in variables] for _, variables in self.groups])
        for (optimizer, variables), group_gradients in zip(self.groups, gradients):
            optimizer.apply(group_gradients, variables)
        return {"loss": loss}


class Base:
    CONVENTION = "keras"
    WHOLE_EPOCHS = False

    def __init__(self, data, batch):
        self.batch = batch
        self.data = data
        self.model = TwoOptimizers()
        self.restart()

    def restart(self):
        self.model.restart()

    def prepare(self, rows):
        return rows

    def correct(self, first, last):
        logits = self.model.predict(self.data.features[first:last], batch_size=2048, verbose=0)
        return int(np.sum(logits.argmax(1) == self.data.labels[first:last]))


class Function(Base):
    JIT_COMPILE = False

    def __init__(self, data, batch):
        self.features = tf.constant(data.features)
        self.labels = tf.constant(data.labels)
        super().__init__(data, batch)
        model = self.model

        @tf.function(jit_compile=self.JIT_COMPILE)
        def step(features, labels, rows):
            return model.train_step((tf.gather(features, rows), tf.gather(labels, rows)))["loss"]

        self.step = step

    def prepare(self, rows):
        return [tf.constant(batch) for batch in rows]

    def train(self, prepared):
        losses = [self.step(self.features, self.labels, rows) for rows in prepared]
        losses[-1].numpy()
        return losses


class Xla(Function):
    JIT_COMPILE = True


class StepLosses(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.losses = []

    def on_train_batch_end(self, batch, logs=None):
        self.losses.append(logs["loss"])


class Fit(Base):
    def __init__(self, data, batch):
        super().__init__(data, batch)
        self.model.compile(jit_compile=True)

    def prepare(self, rows):
        rows = rows.ravel()
        return self.data.features[rows], self.data.labels[rows]

    def train(self, prepared):
        losses = StepLosses()
        self.model.fit(*prepared, batch_size=self.batch, shuffle=False, verbose=0, callbacks=[losses])
        return losses.losses
