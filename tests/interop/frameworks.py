"""The training run in Keras (TensorFlow) and in PyTorch, float32 on the CPU, with the frameworks' own optimizers."""

import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import tensorflow as tf
import torch

import problem

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
torch.set_num_threads(1)


KERAS = {"sgd": keras.optimizers.SGD, "rmsprop": keras.optimizers.RMSprop, "adagrad": keras.optimizers.Adagrad,
         "adadelta": keras.optimizers.Adadelta, "adam": keras.optimizers.Adam, "adamw": keras.optimizers.AdamW,
         "adamax": keras.optimizers.Adamax, "nadam": keras.optimizers.Nadam}
TORCH = {"sgd": torch.optim.SGD, "rmsprop": torch.optim.RMSprop, "adagrad": torch.optim.Adagrad,
         "adadelta": torch.optim.Adadelta, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW,
         "adamax": torch.optim.Adamax, "nadam": torch.optim.NAdam}


def keras_optimizer(text):
    name, values = problem.optimizer_values(text)
    names = {"lr": "learning_rate"}
    return KERAS[name](**{names.get(key, key): value for key, value in values.items()})


def torch_optimizer(text, parameters):
    name, values = problem.optimizer_values(text)
    return TORCH[name](parameters, **values)


def losses(data, case):
    return {"keras": keras_losses, "torch": torch_losses}[case.convention](data.batches(case), case.pair)


def keras_losses(batches, pair, from_probabilities=False):
    """The batches' mean cross-entropies before each update, from logits or from softmax probabilities."""
    model = keras.Sequential([keras.Input((problem.SIZES[0],))])
    for layer, outputs in enumerate(problem.SIZES[1:]):
        model.add(keras.layers.Dense(outputs, activation="elu" if layer + 1 < problem.LAYERS else None))
    for layer, (weight, bias) in zip(model.layers, problem.initial_weights()):
        layer.set_weights([weight.T, bias])

    groups = []
    for text, layers in zip(pair, (model.layers[:-problem.UPPER_LAYERS], model.layers[-problem.UPPER_LAYERS:])):
        variables = [variable for layer in layers for variable in layer.trainable_variables]
        optimizer = keras_optimizer(text)
        optimizer.build(variables)
        groups.append((optimizer, variables))

    def loss_of(labels, logits):
        # identity: Keras would otherwise find the softmax and take its logits.
        output = tf.identity(keras.ops.softmax(logits)) if from_probabilities else logits
        return keras.losses.CategoricalCrossentropy(from_logits=not from_probabilities)(labels, output)

    @tf.function
    def step(features, labels):
        with tf.GradientTape() as tape:
            loss = loss_of(labels, model(features, training=True))
        gradients = tape.gradient(loss, [variables for _, variables in groups])
        for (optimizer, variables), group_gradients in zip(groups, gradients):
            optimizer.apply(group_gradients, variables)
        return loss

    one_hot = tf.eye(problem.SIZES[-1])
    return [float(step(tf.constant(features), tf.gather(one_hot, labels))) for features, labels in batches]


def torch_losses(batches, pair):
    """The batches' mean cross-entropies before each update."""
    layers = [torch.nn.Linear(inputs, outputs) for inputs, outputs in zip(problem.SIZES, problem.SIZES[1:])]
    with torch.no_grad():
        for layer, (weight, bias) in zip(layers, problem.initial_weights()):
            layer.weight.copy_(torch.from_numpy(weight))
            layer.bias.copy_(torch.from_numpy(bias))

    groups = layers[:-problem.UPPER_LAYERS], layers[-problem.UPPER_LAYERS:]
    optimizers = [torch_optimizer(text, [parameter for layer in group for parameter in layer.parameters()])
                  for text, group in zip(pair, groups)]

    result = []
    for features, labels in batches:
        x = torch.from_numpy(features)
        for layer in layers[:-1]:
            x = torch.nn.functional.elu(layer(x))
        loss = torch.nn.functional.cross_entropy(layers[-1](x), torch.from_numpy(labels))
        for optimizer in optimizers:
            optimizer.zero_grad()
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
        result.append(loss.item())
    return result
