"""Keras on TensorFlow: its own optimizers in a step that is a tf.function, compiled by XLA, or run by fit."""

import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import tensorflow as tf

LOSSES = {"softmax_cross_entropy": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
          "binary_cross_entropy": keras.losses.BinaryCrossentropy(from_logits=True),
          "mse": keras.losses.MeanSquaredError()}


class TwoOptimizers(keras.Sequential):
    """A network whose lower layers, if there are any, SGD updates and whose upper ones Adam."""

    def __init__(self, task):
        super().__init__([keras.Input((task.sizes[0],))])
        self.task = task
        for layer, outputs in enumerate(task.sizes[1:]):
            self.add(keras.layers.Dense(outputs, activation=task.activation if layer + 1 < task.layers else None))
        upper = 2 * task.upper_layers
        variables = list(self.trainable_variables)  # a model's order of them changes with its attributes
        groups = [(keras.optimizers.Adam(task.upper_rate), variables[-upper:])]
        if variables[:-upper]:
            groups.append((keras.optimizers.SGD(task.lower_rate), variables[:-upper]))
        self.groups = groups
        for optimizer, variables in self.groups:
            optimizer.build(variables)
        self.fresh = [[variable.numpy() for variable in optimizer.variables] for optimizer, _ in self.groups]
        self.mean_loss = LOSSES[task.loss]

    def restart(self):
        for layer, (weight, bias) in zip(self.layers, self.task.initial_weights()):
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

    def __init__(self, task, data, batch):
        self.task = task
        self.batch = batch
        self.features, self.targets = data.features[:data.train_rows], data.targets[:data.train_rows]
        self.held_out = data.held_out_features
        self.model = TwoOptimizers(task)
        self.restart()

    def restart(self):
        self.model.restart()

    def prepare(self, rows):
        return rows

    def predicted(self):
        return self.task.predicted(self.model.predict(self.held_out, batch_size=2048, verbose=0))


class Function(Base):
    JIT_COMPILE = False

    def __init__(self, task, data, batch):
        super().__init__(task, data, batch)
        self.features, self.targets = tf.constant(self.features), tf.constant(self.targets)
        model = self.model

        @tf.function(jit_compile=self.JIT_COMPILE)
        def step(features, targets, rows):
            if rows.shape[0]:
                features, targets = tf.gather(features, rows), tf.gather(targets, rows)
            return model.train_step((features, targets))["loss"]

        self.step = step

    def prepare(self, rows):
        return [tf.constant(batch) for batch in rows]

    def train(self, prepared):
        losses = [self.step(self.features, self.targets, rows) for rows in prepared]
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
    def __init__(self, task, data, batch):
        super().__init__(task, data, batch)
        self.model.compile(jit_compile=True)

    def prepare(self, rows):
        """Features, targets and epochs."""
        if rows.size == 0:
            return self.features, self.targets, len(rows)
        rows = rows.ravel()
        return self.features[rows], self.targets[rows], 1

    def train(self, prepared):
        features, targets, epochs = prepared
        losses = StepLosses()
        self.model.fit(features, targets, batch_size=self.batch, epochs=epochs, shuffle=False, verbose=0, callbacks=[losses])
        return losses.losses
