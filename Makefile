# Each command is in ./run, which does the same without make.
.DEFAULT_GOAL := help
.PHONY: run demo setup test matrix drill check bench pictures lock clean help

# make test ARGS="-k transfer", make run LIVE=1
ARGS ?=

run: ## install what is missing and start (LIVE=1: Vonage itself, no simulator)
	@./run run $(if $(filter 1 yes true on,$(LIVE)),--live) $(ARGS)

demo: ## the same with demo people; their passwords are printed
	@./run demo $(ARGS)

setup: ## install what tests and checks need, start nothing
	@./run setup

test: ## run all tests (ARGS="-k words" for some)
	@./run test $(ARGS)

matrix: ## ask every address as every kind of visitor; the last line counts
	@./run matrix $(ARGS)

drill: ## move money, secrets and numbers against a Vonage that misbehaves; prove that all is done once
	@./run drill $(ARGS)

check: ## run all linters, types and checks of configuration
	@./run check

bench: ## measure, print figures as JSON
	@./run bench $(ARGS)

pictures: ## make the pictures of docs/images from the real pages
	@./run pictures

lock: ## write the lock files anew from requirements/*.in and package.json
	@./run lock

clean: ## remove all that was installed or generated, not the data folder
	@./run clean

help: ## list the commands
	@./run help
